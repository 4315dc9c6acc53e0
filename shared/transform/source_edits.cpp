#include <algorithm>

#include "shared/base/text.h"
#include "shared/transform/module_rules.h"

namespace fairway {

namespace {

constexpr size_t shown_bytes_max = 400;

size_t line_begin(std::string_view source, size_t at) {
  size_t newline = at == 0 ? std::string_view::npos : source.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

size_t line_end(std::string_view source, size_t at) {
  size_t newline = source.find('\n', at);
  return newline == std::string_view::npos ? source.size() : newline;
}

bool is_line_insertion(const Replacement& one) {
  return one.begin == one.end && one.text.ends_with('\n');
}

std::string shown(std::string_view text) { return to_utf8(trim(text), shown_bytes_max); }

// The source from `begin` to `end` with the replacements that lie inside.
std::string rewritten(std::string_view source, size_t begin, size_t end,
                      const std::vector<Replacement>& replacements, size_t first, size_t last) {
  std::string text;
  for (size_t i = first; i < last; ++i) {
    text += source.substr(begin, replacements[i].begin - begin);
    text += replacements[i].text;
    begin = replacements[i].end;
  }
  text += source.substr(begin, end - begin);
  return text;
}

void drop_overlapping(std::vector<Replacement>& replacements) {
  std::stable_sort(replacements.begin(), replacements.end(), [](const auto& a, const auto& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    bool a_inserts = a.begin == a.end;
    bool b_inserts = b.begin == b.end;
    return a_inserts != b_inserts ? a_inserts : a.end > b.end;
  });
  size_t covered = 0;
  std::erase_if(replacements, [&covered](const Replacement& one) {
    if (one.begin < covered) return true;
    covered = one.end;
    return false;
  });
}

void add_reason(std::string& reasons, const std::string& why) {
  if (why.empty() || reasons.find(why) != std::string::npos) return;
  reasons += reasons.empty() ? why : cat({"; ", why});
}

}  // namespace

EditedText apply(const std::string& file, std::string_view source,
                 std::vector<Replacement> replacements) {
  drop_overlapping(replacements);
  EditedText edited;
  edited.text = rewritten(source, 0, source.size(), replacements, 0, replacements.size());
  size_t counted_to = 0;
  int64_t line = 1;
  for (size_t first = 0; first < replacements.size();) {
    const Replacement& one = replacements[first];
    line += std::count(source.begin() + ptrdiff_t(counted_to),
                       source.begin() + ptrdiff_t(one.begin), '\n');
    counted_to = one.begin;
    SourceEdit edit{file, line, "", "", one.why};
    size_t last = first + 1;
    if (is_line_insertion(one)) {
      edit.after = shown(one.text);
    } else {
      size_t begin = line_begin(source, one.begin);
      size_t end = line_end(source, one.end);
      for (; last < replacements.size() && replacements[last].begin < end; ++last) {
        add_reason(edit.why, replacements[last].why);
        end = line_end(source, replacements[last].end);
      }
      edit.before = shown(source.substr(begin, end - begin));
      edit.after = shown(rewritten(source, begin, end, replacements, first, last));
    }
    edited.edits.push_back(std::move(edit));
    first = last;
  }
  return edited;
}

}  // namespace fairway
