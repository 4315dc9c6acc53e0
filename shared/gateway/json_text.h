// A JSON object as text: where its members lie, so that one of them can be read or changed while
// every other byte stays as its writer wrote it. The whole text is checked against RFC 8259, since
// what we and the next reader understand must be the same: names of top-level members that repeat
// or hide behind escapes are refused.
//
// Cost: one pass over the bytes, no copy. Not for building JSON (base/json.h).
#pragma once

#include <vector>

#include "shared/base/outcome.h"

namespace fairway {

struct JsonMember {
  std::string_view name;
  size_t at = 0;  // of the name's opening quote
  size_t value_at = 0;
  std::string_view value;  // as written: "text", 12, {...}
};

struct JsonObjectText {
  std::string_view text;
  std::vector<JsonMember> members;

  const JsonMember* find(std::string_view name) const;
  // The member as written, "" when absent; a null counts as absent.
  std::string_view value(std::string_view name) const;
};

// Fails with fix_input `invalid_json`, or `ambiguous_json` for repeated or escaped names.
Outcome<JsonObjectText> scan_json_object(std::string_view text);

// The value as a text without escapes; nothing when it is none.
std::optional<std::string_view> plain_json_text(std::string_view value);
// The value as a whole number; nothing when it is none.
std::optional<int64_t> json_whole_number(std::string_view value);
// What a JSON text says, escapes resolved; broken ones become U+FFFD.
std::string unescaped_json_text(std::string_view escaped);

struct Splice {
  size_t at = 0;
  size_t removed = 0;
  std::string text;
};
// `splices` in the order of their places, not overlapping.
std::string spliced(std::string_view text, const std::vector<Splice>& splices);
// Sets a member: in its place, or as the first one.
Splice set_json_member(const JsonObjectText& object, std::string_view name, std::string_view value);
// Takes a member out, with one comma.
Splice remove_json_member(const JsonObjectText& object, const JsonMember& member);

}  // namespace fairway
