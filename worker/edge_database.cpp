#include "worker/edge_database.h"

#include <bit>
#include <cstdlib>

namespace fairway::worker {

namespace {

enum class Tag : uint8_t { null, integer, real, text, blob };
constexpr uint32_t refused_mark = 0xffffffff;

template <typename T>
void put(std::string& bytes, T number) {
  for (size_t i = 0; i < sizeof(T); ++i) bytes += char(uint64_t(number) >> (8 * i) & 255);
}

struct Writer {
  std::string& bytes;

  void tag(Tag tag) { bytes += char(tag); }
  void sized(Tag kind, std::string_view text) {
    tag(kind);
    put(bytes, uint32_t(text.size()));
    bytes += text;
  }
  void operator()(std::monostate) { tag(Tag::null); }
  void operator()(int64_t number) {
    tag(Tag::integer);
    put(bytes, number);
  }
  void operator()(double number) {
    tag(Tag::real);
    put(bytes, std::bit_cast<uint64_t>(number));
  }
  void operator()(const std::string& text) { sized(Tag::text, text); }
  void operator()(const Bytes& blob) { sized(Tag::blob, blob.bytes); }
};

struct Reader {
  std::string_view rest;

  std::string_view take(size_t size) {
    FAIRWAY_ASSERT(size <= rest.size());
    auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
  template <typename T>
  T number() {
    uint64_t number = 0;
    auto bytes = take(sizeof(T));
    for (size_t i = sizeof(T); i-- > 0;) number = number << 8 | uint8_t(bytes[i]);
    return T(number);
  }
  std::string sized() { return std::string(take(number<uint32_t>())); }

  Value value() {
    switch (Tag(number<uint8_t>())) {
      case Tag::null:
        return std::monostate{};
      case Tag::integer:
        return number<int64_t>();
      case Tag::real:
        return std::bit_cast<double>(number<uint64_t>());
      case Tag::text:
        return sized();
      case Tag::blob:
        return Bytes{sized()};
    }
    broken_promise("an unknown tag in the database's answer", __FILE__, __LINE__);
  }
};

uint32_t size_at(const char* bytes) { return Reader{{bytes, 4}}.number<uint32_t>(); }

}  // namespace

std::string encode_question(std::string_view sql, const std::vector<Value>& values) {
  std::string bytes;
  bytes.reserve(sql.size() + 6 + 16 * values.size());
  put(bytes, uint32_t(sql.size()));
  bytes += sql;
  put(bytes, uint16_t(values.size()));
  for (const Value& value : values) std::visit(Writer{bytes}, value);
  return bytes;
}

Rows decode_answer(std::string_view answer) {
  Reader reader{answer};
  reader.number<uint32_t>();
  auto changes = reader.number<uint32_t>();
  if (changes == refused_mark) broken_promise(std::string(reader.rest).c_str(), "SQL", 0);
  auto columns = reader.number<uint16_t>();
  auto rows_total = reader.number<uint32_t>();
  Rows rows;
  rows.changes = changes;
  rows.rows.reserve(rows_total);
  for (uint32_t i = 0; i < rows_total; ++i) {
    std::vector<Value> values;
    values.reserve(columns);
    for (uint16_t column = 0; column < columns; ++column) values.push_back(reader.value());
    rows.rows.emplace_back(std::move(values));
  }
  return rows;
}

Rows EdgeDatabase::run(std::string_view sql, std::vector<Value> values) {
  std::string question = encode_question(sql, values);
  char* answer = query_(question.data(), question.size());
  Rows rows = decode_answer({answer, size_at(answer)});
  std::free(answer);
  return rows;
}

}  // namespace fairway::worker
