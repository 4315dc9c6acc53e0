// libFuzzer: any text as each kind of definition. It ends in a tree of bounded height or in a
// failure that says what is not understood.
#include <cstddef>
#include <cstdint>

#include "shared/sql/sql.h"

using namespace fairway;

namespace {

template <typename T>
void judge(const Outcome<T>& outcome) {
  if (!outcome.ok()) FAIRWAY_ASSERT(outcome.failure().code == "sql_not_understood");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  judge(sql::parse_create_table(text));
  judge(sql::parse_create_index(text));
  judge(sql::parse_create_view(text));
  judge(sql::parse_create_trigger(text));
  judge(sql::parse_create_virtual_table(text));
  judge(sql::parse_select(text));
  const auto expression = sql::parse_expression(text);
  judge(expression);
  if (expression.ok()) FAIRWAY_ASSERT(expression->height <= sql::tree_height_max);
  return 0;
}
