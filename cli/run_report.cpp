#include "cli/native_host.h"
#include "cli/output_file.h"
#include "cli/prepare.h"
#include "cli/report_page.h"
#include "cli/verbs.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

Seal seal_of(Json report) {
  const std::string said = text_or(report, "content_sha256", "");
  report.erase("content_sha256");
  return said == sha256_hex(to_text(report)) ? Seal::unbroken : Seal::broken;
}

}  // namespace

Outcome<Exit> run_report(const Arguments& arguments) {
  const std::string& path = arguments.operands.front();
  auto text = read_file(path, "report");
  if (!text.ok()) return text.failure();
  auto report = parse_json(*text);
  if (!report.ok() || !member(*report, "tables").is_array()) {
    return fix_input("invalid_report", cat({path, " is no report of fairway."}),
                     "You: give what `fairway migrate ... --json` printed.");
  }
  const Seal seal = seal_of(*report);
  auto file = OutputFile::open(arguments.out.value_or(""));
  if (!file.ok()) return file.failure();
  if (auto failure = file->write(report_page(*report, seal))) return *failure;
  if (auto failure = file->keep()) return *failure;
  return seal == Seal::unbroken ? Exit::whole : Exit::differs;
}

}  // namespace fairway::cli
