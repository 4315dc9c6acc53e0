// The environment of an app while a person edits it: a pasted .env against what is already sealed.
//
// Pure. Sealed values never come back from the edge, so a pasted value can be recognised as the
// same only when this tab sealed it since it was loaded; otherwise a known name counts as changed.
// Names and limits are those of shared/projects. Mistakes carry the number of their line, from 1.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "web/api_client/messages.h"

namespace fairway {

enum class PastedKind : uint8_t { added, changed, same };

struct PastedVariable {
  std::string name;
  std::string value;
  PastedKind kind = PastedKind::added;
  bool is_public_secret = false;  // Looks like a secret and would reach every visitor.
};

struct PastedMistake {
  int64_t line = 0;
  std::string why;
};

struct PastedEnvironment {
  int64_t lines = 0;                      // Lines that hold something.
  std::vector<PastedVariable> variables;  // In the order of the text; the last of a name wins.
  std::vector<PastedMistake> mistakes;
  int64_t added = 0;
  int64_t changed = 0;
  int64_t same = 0;
};

// Marks of what this tab has sealed, by name: enough to recognise a value, not to read it.
using SealedMarks = std::map<std::string, uint64_t>;

uint64_t mark_of(const std::string& value);

PastedEnvironment compare_pasted(const std::string& text,
                                 const std::vector<message::Variable>& sealed,
                                 const SealedMarks& marks);

// "2 new, 1 changed, 2 the same".
std::string pasted_summary(const PastedEnvironment& pasted);

// Names that the code reads and nobody has set.
std::vector<std::string> missing_variables(const std::vector<std::string>& read_by_code,
                                           const std::vector<message::Variable>& sealed);

// "STRIPE_KEY, SESSION_SECRET and 2 more".
std::string name_list(const std::vector<std::string>& names, size_t shown_max);

}  // namespace fairway
