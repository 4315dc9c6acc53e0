// libFuzzer: any text as each kind of definition. It ends in a tree of bounded height or in a
// failure that says what is not understood; a tree ends in PostgreSQL's SQL or in a reason.
#include <cstddef>
#include <cstdint>

#include "shared/postgres/translate.h"
#include "shared/sql/sql.h"

using namespace fairway;

namespace {

template <typename T>
void judge(const Outcome<T>& outcome) {
  if (!outcome.ok()) FAIRWAY_ASSERT(outcome.failure().code == "sql_not_understood");
}

const postgres::Names& names() {
  using postgres::ValueClass;
  static const postgres::Names known = {{{"t",
                                          "t",
                                          {{"a", "a", ValueClass::bigint, "INT", "", ""},
                                           {"b", "b", ValueClass::text, "TEXT", "NOCASE", ""},
                                           {"c", "c", ValueClass::boolean, "BOOLEAN", "", ""},
                                           {"d", "d", ValueClass::timestamp_text, "DATE", "", ""},
                                           {"e", "e", ValueClass::mixed, "", "", ""}},
                                          "a"}}};
  return known;
}

template <typename T>
void judge_translation(const Outcome<T>& outcome) {
  if (!outcome.ok()) FAIRWAY_ASSERT(outcome.failure().code == "not_translatable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  judge(sql::parse_create_table(text));
  judge(sql::parse_create_index(text));
  const auto trigger = sql::parse_create_trigger(text);
  judge(trigger);
  if (trigger.ok()) judge_translation(postgres::translate_trigger(*trigger, names(), "f"));
  sql::CreateView view;
  const auto select = sql::parse_select(text);
  judge(select);
  if (select.ok()) {
    view.select = *select;
    judge_translation(postgres::translate_view(view, names()));
  }
  judge(sql::parse_create_virtual_table(text));
  judge(sql::parse_create_view(text));
  const auto expression = sql::parse_expression(text);
  judge(expression);
  if (!expression.ok()) return 0;
  FAIRWAY_ASSERT(expression->height <= sql::tree_height_max);
  const auto& table = names().tables[0];
  judge_translation(postgres::translate_condition(*expression, table));
  for (const auto& column : table.columns) {
    judge_translation(postgres::translate_default(*expression, column));
    judge_translation(postgres::translate_generated(*expression, table, column));
  }
  return 0;
}
