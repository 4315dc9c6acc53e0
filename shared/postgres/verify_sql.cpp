#include "shared/postgres/verify_sql.h"

#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

std::vector<const ColumnPlan*> loaded(const TablePlan& table) {
  std::vector<const ColumnPlan*> columns;
  for (const ColumnPlan& column : table.columns) {
    if (!column.is_generated) columns.push_back(&column);
  }
  return columns;
}

// A dollar quote that does not occur in the text.
std::string quote_for(std::string_view text) {
  std::string quote = "$fairway$";
  for (int64_t i = 1; text.find(quote) != std::string_view::npos; ++i) {
    quote = cat({"$fairway", decimal(i), "$"});
  }
  return quote;
}

}  // namespace

std::string do_block(std::string_view body) {
  const std::string quote = quote_for(body);
  return cat({"DO ", quote, "\n", body, "\n", quote});
}

std::string_view session_settings() {
  return "SET LOCAL client_encoding = 'UTF8';\n"
         "SET LOCAL standard_conforming_strings = on;\n"
         "SET LOCAL TimeZone = 'UTC';\n"
         "SET LOCAL DateStyle = 'ISO, YMD';\n"
         "SET LOCAL extra_float_digits = 1;\n"
         "SET LOCAL bytea_output = 'hex';\n"
         "SET LOCAL client_min_messages = warning;\n"
         "SET LOCAL statement_timeout = 0;\n"
         "SET LOCAL idle_in_transaction_session_timeout = 0";
}

std::string checksums_query(const TablePlan& table) {
  std::vector<std::string> sums = {"count(*)::text"};
  std::vector<std::string> hashes;
  std::vector<std::string> joined;
  int64_t seed = 0;
  for (const ColumnPlan* column : loaded(table)) {
    const std::string number = decimal(++seed);
    hashes.push_back(cat({"hashtextextended(", quoted_name(column->target_name),
                          "::text COLLATE \"C\", ", number, ") AS h", number}));
    sums.push_back(cat({"coalesce(sum(h", number, "), 0)::text"}));
    joined.push_back(cat({"coalesce(h", number, ", ", number, ")"}));
  }
  // OFFSET 0 keeps the planner from computing each hash twice.
  return cat({"SELECT ", join(sums, ", "), ", coalesce(sum(hashint8extended(", join(joined, " # "),
              ", 0)), 0)::text FROM (SELECT ", join(hashes, ", "), " FROM ",
              quoted_name(table.target_name), " OFFSET 0) AS cells"});
}

Outcome<Checksums> read_checksums(const TablePlan& table, const std::vector<std::string>& answer) {
  const auto rows = parse_decimal(answer.empty() ? "" : answer.front());
  if (!rows || answer.size() != loaded(table).size() + 2) {
    return report_bug("target_answer",
                      cat({"The checksums of the table ", quoted_name(table.target_name),
                           " came back in a form that nobody asked for."}));
  }
  return Checksums{*rows, {answer.begin() + 1, answer.end() - 1}, answer.back()};
}

std::string checksums_proof(const TablePlan& table, const Checksums& expected) {
  std::string sums =
      cat({decimal(expected.rows), " ", join(expected.columns, " "), " ", expected.row_checksum});
  const std::string where = quoted_name(table.target_name);
  std::string query = checksums_query(table);
  // The answer as one text: values of the select list behind each other.
  const std::string_view select = "SELECT ";
  const size_t from = query.find(" FROM (SELECT ");
  query = cat({"SELECT array_to_string(ARRAY[", query.substr(select.size(), from - select.size()),
               "], ' ')", query.substr(from)});
  return do_block(
      cat({"BEGIN\n  IF (", query, ")\n     <> ", quoted_text(sums), " THEN\n    RAISE EXCEPTION ",
           quoted_text("fairway: the rows of % are not those of the source; nothing is "
                       "kept"),
           ", ", quoted_text(where), ";\n  END IF;\nEND"}));
}

std::string unless_refused(std::string_view statement) {
  return if_refused(statement, cat({"RAISE WARNING 'fairway: left out: % (%)', SQLERRM, ",
                                    quoted_text(statement)}));
}

std::string if_refused(std::string_view statement, std::string_view instead) {
  return do_block(cat({"BEGIN\n  EXECUTE ", quoted_text(statement),
                       ";\nEXCEPTION WHEN OTHERS THEN\n  ", instead, ";\nEND"}));
}

}  // namespace fairway::postgres
