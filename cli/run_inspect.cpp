#include "cli/decisions_view.h"
#include "cli/prepare.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "shared/base/text.h"

namespace fairway::cli {

Outcome<Exit> run_inspect(const Arguments& arguments) {
  auto planned = open_planned(arguments, arguments.operands.front());
  if (!planned.ok()) return planned.failure();
  const postgres::Plan& plan = planned->plan;
  if (arguments.json == Switch::on) {
    Json json = plan;
    json["size_bytes"] = planned->source.size_bytes;
    json["rows"] = planned->profile.rows;
    if (plan.refusal) json["refusal"] = *plan.refusal;
    print_json(json);
    if (plan.refusal) report_failure(*plan.refusal, Switch::off);
    return plan.refusal ? Exit::refused : Exit::whole;
  }
  print(cat({visible(arguments.operands.front()), ": ",
             counted(static_cast<int64_t>(plan.tables.size()), "table", "tables"), ", ",
             counted(planned->profile.rows, "row", "rows"), ", ",
             grouped(planned->source.size_bytes), " bytes\n"}));
  const std::string warnings = warnings_text(plan.decisions);
  if (!warnings.empty())
    print(cat({"\n", coloured(Colour::yellow, "Look at these"), "\n", warnings}));
  if (plan.refusal) return *plan.refusal;
  print(tables_text(plan));
  return Exit::whole;
}

}  // namespace fairway::cli
