#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/migration/profile.h"

namespace fairway {
namespace {

// "VARCHAR(30)" -> "varchar".
std::string bare_type(std::string_view declared_type) {
  std::string lower = lower_ascii(declared_type);
  if (const size_t open = lower.find('('); open != std::string::npos) lower.resize(open);
  return std::string(trim(lower));
}

template <typename List>
bool is_one_of(std::string_view word, const List& list) {
  return std::ranges::find(list, word) != std::ranges::end(list);
}

constexpr std::array<std::string_view, 2> booleans = {"bool", "boolean"};
constexpr std::array<std::string_view, 2> jsons = {"json", "jsonb"};
constexpr std::array<std::string_view, 3> uuids = {"uuid", "guid", "uniqueidentifier"};
constexpr std::array<std::string_view, 5> decimals = {"numeric", "decimal", "number", "money",
                                                      "dec"};
constexpr std::array<std::string_view, 4> binaries = {"binary", "varbinary", "bytea", "image"};

}  // namespace

Affinity affinity_of(std::string_view declared_type) {
  const std::string lower = lower_ascii(declared_type);
  const auto has = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  if (has("int")) return Affinity::integer;
  if (has("char") || has("clob") || has("text")) return Affinity::text;
  if (has("blob") || lower.empty()) return Affinity::blob;
  if (has("real") || has("floa") || has("doub")) return Affinity::real;
  return Affinity::numeric;
}

DeclaredKind declared_kind_of(std::string_view declared_type) {
  const std::string type = bare_type(declared_type);
  if (type.empty()) return DeclaredKind::none;
  if (is_one_of(type, booleans)) return DeclaredKind::boolean;
  if (is_one_of(type, jsons)) return DeclaredKind::json;
  if (is_one_of(type, uuids)) return DeclaredKind::uuid;
  if (is_one_of(type, decimals)) return DeclaredKind::decimal;
  if (is_one_of(type, binaries)) return DeclaredKind::blob;
  if (type == "date") return DeclaredKind::date;
  if (type == "time" || type.starts_with("time ")) return DeclaredKind::time;
  if (type.starts_with("datetime") || type.starts_with("timestamp")) return DeclaredKind::date_time;
  if (type.starts_with("integer_") || type == "string") return DeclaredKind::none;
  switch (affinity_of(type)) {
    case Affinity::integer:
      return DeclaredKind::integer;
    case Affinity::text:
      return DeclaredKind::text;
    case Affinity::blob:
      return DeclaredKind::blob;
    case Affinity::real:
      return DeclaredKind::real;
    case Affinity::numeric:
      return DeclaredKind::none;
  }
  return DeclaredKind::none;
}

}  // namespace fairway
