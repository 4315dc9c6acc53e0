#include <algorithm>

#include "shared/migration/target.h"

namespace fairway {
namespace {

// Answers of more than the host or the server takes; asking for fewer rows helps.
bool was_too_large(const Failure& failure) {
  return failure.code == "answer_too_large" ||
         failure.message.find("too large") != std::string::npos;
}

}  // namespace

Task<TableReader> read_page(Host& host, DatabaseAccess access, TableReader reader) {
  do {
    HranaStatement statement = reader.next();
    auto answer = co_await outcome_of(run_statement(host, access, std::move(statement)));
    if (!answer.ok()) {
      if (was_too_large(answer.failure()) && reader.shrink()) continue;
      co_return answer.failure();
    }
    if (auto failure = reader.take(*answer)) co_return *failure;
  } while (!reader.at_rest());
  co_return reader;
}

Task<std::vector<SchemaObject>> read_target_schema(Host& host, DatabaseAccess access) {
  HranaStatement statement{
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
      {}};
  HranaResult answer = co_await run_statement(host, std::move(access), std::move(statement));
  std::vector<SchemaObject> schema;
  for (const auto& row : answer.rows) {
    const bool texts = row.size() == 4 && std::ranges::all_of(row, [](const Value& value) {
                         return std::holds_alternative<std::string>(value);
                       });
    if (!texts) {
      co_return report_bug("target_answer", "The database answered a schema that is no schema.");
    }
    SchemaObject object{std::get<std::string>(row[0]), std::get<std::string>(row[1]),
                        std::get<std::string>(row[2]), std::get<std::string>(row[3])};
    if (!is_internal_name(object.name)) schema.push_back(std::move(object));
  }
  co_return schema;
}

}  // namespace fairway
