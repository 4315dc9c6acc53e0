// JSON in the core: nlohmann's DOM without exceptions, and a defensive reader.
//
// Whatever comes from outside is parsed by parse_json and taken apart by Fields only: nlohmann's
// own conversions abort on a wrong type, which is right for what we wrote ourselves (the journal)
// and wrong for what others wrote.
//
//   Fields fields(body);
//   std::string name = fields.text("name", {.size_max = 100});
//   int64_t rows = fields.integer("rows");
//   if (auto failure = fields.failure()) return *failure;
#pragma once

#include <nlohmann/json.hpp>

#include "shared/base/outcome.h"

namespace fairway {

using Json = nlohmann::json;

// Depth is limited to 64, so that hostile input cannot exhaust the stack. Fails with
// `invalid_json`.
Outcome<Json> parse_json(std::string_view text);

// Compact text; bytes that are no UTF-8 become U+FFFD, never an abort.
std::string to_text(const Json& json);

// The member, or a null value where `json` is no object or has no such member.
const Json& member(const Json& json, std::string_view name);
// The member as text or integer where it is one, else the default.
std::string text_or(const Json& json, std::string_view name, std::string_view otherwise);
int64_t integer_or(const Json& json, std::string_view name, int64_t otherwise);

// Reads the members of an object that somebody else wrote. Reading goes on after a mistake with
// empty values; failure() tells the first one, naming the member ("tables[2].rows").
class Fields {
 public:
  struct TextLimits {
    size_t size_min = 0;
    size_t size_max = 65'536;
  };
  struct IntegerLimits {
    int64_t min = 0;
    int64_t max = int64_t{1} << 53;
  };

  explicit Fields(const Json& json, std::string path = "");

  std::string text(std::string_view name, TextLimits limits);
  std::string text(std::string_view name) { return text(name, TextLimits{}); }
  std::string text_or(std::string_view name, std::string_view otherwise);
  int64_t integer(std::string_view name, IntegerLimits limits);
  int64_t integer(std::string_view name) { return integer(name, IntegerLimits{}); }
  // The member as it is, null when absent.
  const Json& any(std::string_view name) const { return member(json_, name); }
  // The items of an array member, each as an object with its own path.
  std::vector<Fields> objects(std::string_view name, size_t count_max);
  std::vector<std::string> texts(std::string_view name, size_t count_max);
  Fields object(std::string_view name);

  // The first mistake of this reader, as fix_input `invalid_field`.
  std::optional<Failure> failure() const;
  // Takes over the mistake of a nested reader.
  void adopt(const Fields& nested);
  void refuse(std::string_view name, std::string_view why);

 private:
  const Json& json_;
  std::string path_;
  std::optional<Failure> failure_;
};

void to_json(Json& json, const Failure& failure);
void from_json(const Json& json, Failure& failure);
void to_json(Json& json, const Done& done);
void from_json(const Json& json, Done& done);

}  // namespace fairway
