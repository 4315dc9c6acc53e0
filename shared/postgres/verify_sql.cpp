#include "shared/postgres/verify_sql.h"

#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

// The columns that are loaded, then those that the server computes.
struct Places {
  std::vector<const ColumnPlan*> columns;
  size_t loaded = 0;
};

Places places_of(const TablePlan& table) {
  Places places;
  for (const bool is_generated : {false, true}) {
    for (const ColumnPlan& column : table.columns) {
      if (column.is_generated == is_generated) places.columns.push_back(&column);
    }
    if (!is_generated) places.loaded = places.columns.size();
  }
  return places;
}

// A select list of the sums wanted, and where they come from.
struct Question {
  std::vector<std::string> loaded;  // the number of rows, the columns, the row checksum
  std::vector<std::string> computed;
  std::string from;
};

Question question_of(const TablePlan& table) {
  const Places places = places_of(table);
  Question question;
  question.loaded.push_back("count(*)::text");
  std::vector<std::string> hashes;
  std::vector<std::string> joined;
  for (size_t i = 0; i < places.columns.size(); ++i) {
    const std::string number = decimal(static_cast<int64_t>(i) + 1);
    hashes.push_back(cat({"hashtextextended(", quoted_name(places.columns[i]->target_name),
                          "::text COLLATE \"C\", ", number, ") AS h", number}));
    auto& sums = i < places.loaded ? question.loaded : question.computed;
    sums.push_back(cat({"coalesce(sum(h", number, "), 0)::text"}));
    if (i < places.loaded) joined.push_back(cat({"coalesce(h", number, ", ", number, ")"}));
  }
  if (joined.empty()) joined.emplace_back("0");
  question.loaded.push_back(
      cat({"coalesce(sum(hashint8extended(", join(joined, " # "), ", 0)), 0)::text"}));
  // OFFSET 0 keeps the planner from computing each hash twice.
  question.from = cat({" FROM (SELECT ", join(hashes, ", "), " FROM ",
                       quoted_name(table.target_name), " OFFSET 0) AS cells"});
  return question;
}

// The sums as one text, with blanks between them.
std::string as_one(const std::vector<std::string>& sums, std::string_view from) {
  return cat({"SELECT array_to_string(ARRAY[", join(sums, ", "), "], ' ')", from});
}

std::string unequal(std::string_view query, std::string_view sums, std::string_view raise,
                    std::string_view words, std::string_view where) {
  return do_block(
      cat({"BEGIN\n  IF (", query, ")\n     <> ", quoted_text(sums), " THEN\n    RAISE ", raise,
           " ", quoted_text(words), ", ", quoted_text(where), ";\n  END IF;\nEND"}));
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
  const Question question = question_of(table);
  std::vector<std::string> sums = question.loaded;
  sums.insert(sums.end(), question.computed.begin(), question.computed.end());
  return cat({"SELECT ", join(sums, ", "), question.from});
}

Outcome<Checksums> read_checksums(const TablePlan& table, const std::vector<std::string>& answer) {
  const auto rows = parse_decimal(answer.empty() ? "" : answer.front());
  const Places places = places_of(table);
  if (!rows || answer.size() != places.columns.size() + 2) {
    return report_bug("target_answer",
                      cat({"The checksums of the table ", quoted_name(table.target_name),
                           " came back in a form that nobody asked for."}));
  }
  const auto end = answer.begin() + 1 + static_cast<ptrdiff_t>(places.loaded);
  return Checksums{*rows, {answer.begin() + 1, end}, *end, {end + 1, answer.end()}};
}

std::string checksums_proof(const TablePlan& table, const Checksums& expected) {
  const Question question = question_of(table);
  const std::string where = quoted_name(table.target_name);
  std::string proof = unequal(
      as_one(question.loaded, question.from),
      cat({decimal(expected.rows), " ", join(expected.columns, " "), " ", expected.row_checksum}),
      "EXCEPTION", "fairway: the rows of % are not those of the source; nothing is kept", where);
  if (question.computed.empty()) return proof;
  return cat({proof, ";\n",
              unequal(as_one(question.computed, question.from), join(expected.computed, " "),
                      "WARNING", "fairway: % computes other values than the source", where)});
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
