#include "shared/gateway/request_text.h"

#include <algorithm>

#include "shared/base/json.h"

namespace fairway {

namespace {

constexpr std::string_view members_with_text[] = {"content",     "text",   "input",  "instructions",
                                                  "system",      "prompt", "output", "arguments",
                                                  "description", "name"};

enum class Texts { counted, skipped };

void append_texts(const Json& value, Texts strings, std::string& text) {
  if (value.is_string() && strings == Texts::counted) {
    if (!text.empty()) text += '\n';
    text += value.get_ref<const std::string&>();
  }
  if (value.is_array()) {
    for (const Json& item : value) append_texts(item, strings, text);
  }
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.items()) {
    bool is_text = std::ranges::find(members_with_text, name) != std::end(members_with_text);
    append_texts(member, is_text ? Texts::counted : Texts::skipped, text);
  }
}

}  // namespace

std::string text_of_request(std::string_view body) {
  auto json = parse_json(body);
  std::string text;
  if (json.ok()) append_texts(*json, Texts::skipped, text);
  return text;
}

}  // namespace fairway
