#include "web/state/environment.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "shared/projects/projects.h"

namespace fairway {
namespace {

bool is_sealed(const std::vector<message::Variable>& sealed, const std::string& name) {
  return std::any_of(sealed.begin(), sealed.end(),
                     [&](const message::Variable& variable) { return variable.name == name; });
}

int64_t count_lines(std::string_view text) {
  const auto lines = split(text, '\n');
  return std::count_if(lines.begin(), lines.end(),
                       [](std::string_view line) { return !trim(line).empty(); });
}

PastedKind kind_of(const std::string& name, const std::string& value,
                   const std::vector<message::Variable>& sealed, const SealedMarks& marks) {
  if (!is_sealed(sealed, name)) return PastedKind::added;
  const auto mark = marks.find(name);
  return mark != marks.end() && mark->second == mark_of(value) ? PastedKind::same
                                                               : PastedKind::changed;
}

}  // namespace

// FNV-1a, 64 bits: kept only in this tab's memory, beside no secret, and gone with it.
uint64_t mark_of(const std::string& value) {
  uint64_t mark = 14695981039346656037ULL;
  for (const char letter : value) {
    mark ^= static_cast<unsigned char>(letter);
    mark *= 1099511628211ULL;
  }
  return mark;
}

PastedEnvironment compare_pasted(const std::string& text,
                                 const std::vector<message::Variable>& sealed,
                                 const SealedMarks& marks) {
  PastedEnvironment pasted;
  pasted.lines = count_lines(text);
  EnvironmentText parsed = parse_environment(text);
  for (auto& [name, value] : parsed.variables) {
    std::erase_if(pasted.variables,
                  [&](const PastedVariable& earlier) { return earlier.name == name; });
    PastedVariable variable{name, value, kind_of(name, value, sealed, marks),
                            is_public_secret(name)};
    pasted.variables.push_back(std::move(variable));
  }
  for (const PastedVariable& variable : pasted.variables) {
    switch (variable.kind) {
      case PastedKind::added:
        ++pasted.added;
        break;
      case PastedKind::changed:
        ++pasted.changed;
        break;
      case PastedKind::same:
        ++pasted.same;
        break;
    }
  }
  for (const auto& bad : parsed.bad) pasted.mistakes.push_back({bad.line, bad.why});
  return pasted;
}

std::string pasted_summary(const PastedEnvironment& pasted) {
  std::vector<std::string> parts;
  if (pasted.added > 0) parts.push_back(cat({decimal(pasted.added), " new"}));
  if (pasted.changed > 0) parts.push_back(cat({decimal(pasted.changed), " changed"}));
  if (pasted.same > 0) parts.push_back(cat({decimal(pasted.same), " the same"}));
  return parts.empty() ? "nothing to set" : join(parts, ", ");
}

std::vector<std::string> missing_variables(const std::vector<std::string>& read_by_code,
                                           const std::vector<message::Variable>& sealed) {
  std::vector<std::string> missing;
  for (const std::string& name : read_by_code) {
    if (!is_sealed(sealed, name)) missing.push_back(name);
  }
  return missing;
}

std::string name_list(const std::vector<std::string>& names, size_t shown_max) {
  if (names.size() <= shown_max) return join(names, ", ");
  const std::vector<std::string> shown(names.begin(),
                                       names.begin() + static_cast<std::ptrdiff_t>(shown_max));
  return cat({join(shown, ", "), " and ", decimal(static_cast<int64_t>(names.size() - shown_max)),
              " more"});
}

}  // namespace fairway
