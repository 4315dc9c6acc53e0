#include "shared/base/outcome.h"

namespace fairway {

std::string_view name_of(Reaction reaction) {
  switch (reaction) {
    case Reaction::fix_input:
      return "fix_input";
    case Reaction::ask_permission:
      return "ask_permission";
    case Reaction::retry_later:
      return "retry_later";
    case Reaction::report_bug:
      return "report_bug";
  }
  broken_promise("a reaction outside the enum", __FILE__, __LINE__);
}

std::optional<Reaction> reaction_of(std::string_view name) {
  for (Reaction reaction : {Reaction::fix_input, Reaction::ask_permission, Reaction::retry_later,
                            Reaction::report_bug}) {
    if (name_of(reaction) == name) return reaction;
  }
  return std::nullopt;
}

}  // namespace fairway
