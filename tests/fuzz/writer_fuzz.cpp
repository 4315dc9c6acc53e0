// The writers' escaping, undone byte by byte by the plainest reader there can be: whatever a cell
// holds, it comes back, and nothing of it ends a field, a line or a literal.
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/postgres/copy_text.h"

namespace {

using fairway::Failure;
using fairway::postgres::OutBuffer;

template <typename Add>
std::string written(Add add, size_t capacity) {
  std::string text;
  OutBuffer out(
      [&](std::string_view bytes) -> std::optional<Failure> {
        text += bytes;
        return std::nullopt;
      },
      capacity);
  add(out);
  out.flush();
  return text;
}

std::string read_copy_field(std::string_view field) {
  constexpr std::string_view letters = "btnvfr";
  std::string bytes;
  for (size_t i = 0; i < field.size(); ++i) {
    FAIRWAY_ASSERT(field[i] != '\t' && field[i] != '\n' && field[i] != '\r');
    if (field[i] != '\\') {
      bytes += field[i];
      continue;
    }
    FAIRWAY_ASSERT(++i < field.size());
    const size_t letter = letters.find(field[i]);
    FAIRWAY_ASSERT(letter != std::string_view::npos || field[i] == '\\');
    bytes += letter == std::string_view::npos ? '\\' : static_cast<char>(8 + letter);
  }
  return bytes;
}

std::string read_literal(std::string_view literal) {
  FAIRWAY_ASSERT(literal.size() >= 2 && literal.front() == '\'' && literal.back() == '\'');
  literal = literal.substr(1, literal.size() - 2);
  std::string bytes;
  for (size_t i = 0; i < literal.size(); ++i) {
    bytes += literal[i];
    if (literal[i] != '\'') continue;
    FAIRWAY_ASSERT(++i < literal.size() && literal[i] == '\'');
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const size_t capacity : {OutBuffer::room_max, OutBuffer::file_bytes}) {
    auto copy = [&](OutBuffer& out) { fairway::postgres::add_copy_text(out, text); };
    auto quoted = [&](OutBuffer& out) { fairway::postgres::add_quoted(out, text); };
    FAIRWAY_ASSERT(read_copy_field(written(copy, capacity)) == text);
    FAIRWAY_ASSERT(read_literal(written(quoted, capacity)) == text);
  }
  return 0;
}
