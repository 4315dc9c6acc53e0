#include "shared/base/json.h"

#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr int depth_max = 64;

// Where the string that starts at `start` has its closing quote; the text's size when it has none.
size_t end_of_string(std::string_view text, size_t start) {
  for (size_t from = start;;) {
    size_t quote = text.find('"', from);
    if (quote == std::string_view::npos) return text.size();
    size_t first = quote;
    while (first > start && text[first - 1] == '\\') --first;
    bool is_escaped = (quote - first) % 2 == 1;
    if (!is_escaped) return quote;
    from = quote + 1;
  }
}

// Depth of nesting, counted outside of strings: nlohmann's parser has no limit of its own.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') i = end_of_string(text, i + 1);
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > depth_max) return true;
  }
  return false;
}

bool is_int64(const Json& json) {
  bool is_too_large = json.is_number_unsigned() && json.get<uint64_t>() > uint64_t(INT64_MAX);
  return json.is_number_integer() && !is_too_large;
}

const Json& null_json() {
  static const Json null;
  return null;
}

}  // namespace

Outcome<Json> parse_json(std::string_view text) {
  if (is_too_deep(text)) {
    return fix_input("invalid_json",
                     cat({"The JSON is nested deeper than ", decimal(depth_max), "."}));
  }
  bool has_nul = text.find('\0') != std::string_view::npos;  // where nlohmann's parser would stop
  Json json = Json::parse(text.data(), text.data() + text.size(), nullptr, false);
  if (has_nul || json.is_discarded())
    return fix_input("invalid_json", "The text is not valid JSON.");
  return json;
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json& member(const Json& json, std::string_view name) {
  if (!json.is_object()) return null_json();
  auto found = json.find(name);
  return found == json.end() ? null_json() : *found;
}

std::string text_or(const Json& json, std::string_view name, std::string_view otherwise) {
  const Json& found = member(json, name);
  return found.is_string() ? found.get<std::string>() : std::string(otherwise);
}

int64_t integer_or(const Json& json, std::string_view name, int64_t otherwise) {
  const Json& found = member(json, name);
  return is_int64(found) ? found.get<int64_t>() : otherwise;
}

Fields::Fields(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
  if (!json.is_object()) refuse("", "must be an object");
}

std::string Fields::text(std::string_view name, TextLimits limits) {
  const Json& found = any(name);
  if (!found.is_string()) {
    refuse(name, "must be text");
    return {};
  }
  auto text = found.get<std::string>();
  if (text.size() < limits.size_min || text.size() > limits.size_max) {
    refuse(name, cat({"must have ", decimal(int64_t(limits.size_min)), " to ",
                      decimal(int64_t(limits.size_max)), " bytes"}));
    return {};
  }
  return text;
}

std::string Fields::text_or(std::string_view name, std::string_view otherwise) {
  if (any(name).is_null()) return std::string(otherwise);
  return text(name);
}

int64_t Fields::integer(std::string_view name, IntegerLimits limits) {
  const Json& found = any(name);
  bool fits = is_int64(found);
  int64_t number = fits ? found.get<int64_t>() : 0;
  if (!fits || number < limits.min || number > limits.max) {
    refuse(name,
           cat({"must be an integer from ", decimal(limits.min), " to ", decimal(limits.max)}));
    return limits.min;
  }
  return number;
}

std::vector<Fields> Fields::objects(std::string_view name, size_t count_max) {
  std::vector<Fields> items;
  const Json& found = any(name);
  if (!found.is_array() || found.size() > count_max) {
    refuse(name, cat({"must be a list of at most ", decimal(int64_t(count_max)), " items"}));
    return items;
  }
  for (size_t i = 0; i < found.size(); ++i) {
    items.emplace_back(found[i], cat({path_, name, "[", decimal(int64_t(i)), "]."}));
    adopt(items.back());
  }
  return items;
}

std::vector<std::string> Fields::texts(std::string_view name, size_t count_max) {
  std::vector<std::string> items;
  const Json& found = any(name);
  if (!found.is_array() || found.size() > count_max) {
    refuse(name, cat({"must be a list of at most ", decimal(int64_t(count_max)), " texts"}));
    return items;
  }
  for (const Json& item : found) {
    if (!item.is_string()) {
      refuse(name, "must hold texts only");
      return {};
    }
    items.push_back(item.get<std::string>());
  }
  return items;
}

Fields Fields::object(std::string_view name) {
  Fields nested(any(name), cat({path_, name, "."}));
  adopt(nested);
  return nested;
}

std::optional<Failure> Fields::failure() const { return failure_; }

void Fields::adopt(const Fields& nested) {
  if (!failure_ && nested.failure_) failure_ = nested.failure_;
}

void Fields::refuse(std::string_view name, std::string_view why) {
  if (failure_) return;
  std::string where = path_ + std::string(name);
  while (!where.empty() && where.back() == '.') where.pop_back();
  if (where.empty()) where = "The body";
  failure_ = fix_input("invalid_field", cat({where, " ", why, "."}));
}

void to_json(Json& json, const Failure& failure) {
  json = Json{{"reaction", name_of(failure.reaction)},
              {"code", failure.code},
              {"message", failure.message},
              {"hint", failure.hint}};
}

void from_json(const Json& json, Failure& failure) {
  failure.reaction = reaction_of(text_or(json, "reaction", "")).value_or(Reaction::report_bug);
  failure.code = text_or(json, "code", "unknown");
  failure.message = text_or(json, "message", "");
  failure.hint = text_or(json, "hint", "");
}

void to_json(Json& json, const Done&) { json = nullptr; }
void from_json(const Json&, Done&) {}

}  // namespace fairway
