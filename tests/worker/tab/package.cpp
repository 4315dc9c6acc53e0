// What the tab makes of a preview database, for tests that stand in for the tab: its own functions,
// run by node. `package DATABASE FOLDER [PRODUCTION_TABLE...]` writes into FOLDER
//   image          the file for the new database
//   manifest.json  {"schema","tables","new_tables":[{"table","rows","batches":n}]}
//   batch.0 ...    the batches of all new tables, one after another
// With production tables it is a redeployment. Prints why a preview cannot be taken, and ends
// with 1.
#include <cstdio>

#include "shared/base/text.h"
#include "web/actions/preview.h"

namespace {

using namespace fairway;

std::string read_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  FAIRWAY_ASSERT(file != nullptr);
  std::string bytes;
  for (char piece[65'536];;) {
    const size_t size = std::fread(piece, 1, sizeof piece, file);
    bytes.append(piece, size);
    if (size < sizeof piece) break;
  }
  std::fclose(file);
  return bytes;
}

void write_file(const std::string& path, const std::string& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  FAIRWAY_ASSERT(file != nullptr);
  FAIRWAY_ASSERT(std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size());
  std::fclose(file);
}

void write_package(const std::string& folder, const PreparedPreview& prepared) {
  write_file(folder + "/image", prepared.image.read(0, prepared.image.size()));
  Json manifest = prepared.manifest;
  manifest["new_tables"] = Json::array();
  int64_t number = 0;
  for (const NewTable& table : prepared.new_tables) {
    for (const auto& batch : table.batches) {
      write_file(cat({folder, "/batch.", decimal(number++)}), batch);
    }
    manifest["new_tables"].push_back(
        {{"table", table.name}, {"rows", table.rows}, {"batches", table.batches.size()}});
  }
  write_file(folder + "/manifest.json", to_text(manifest));
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> arguments(words, words + count);
  std::optional<Redeployment> redeployment;
  if (count > 3) {
    std::vector<std::string> tables(arguments.begin() + 3, arguments.end());
    redeployment = Redeployment{std::move(tables), "load of the tests"};
  }
  auto prepared = prepare_preview(read_file(arguments.at(1)), redeployment);
  if (!prepared.ok()) {
    std::fprintf(stderr, "%s\n", to_text(Json(prepared.failure())).c_str());
    return 1;
  }
  write_package(arguments.at(2), prepared.value());
  return 0;
}
