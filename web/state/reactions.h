// The one button that goes with a failure, and who has to act.
//
// Pure, one table: the reaction decides, the code names the place. Every failure has exactly one
// way on; none promises what this version cannot do.
#pragma once

#include <string>

#include "shared/base/outcome.h"

namespace fairway {

enum class NextStep : uint8_t {
  try_again,        // The same once more.
  fix_data,         // Look at "Data to carry".
  fix_environment,  // Look at "Environment".
  fix_in_builder,   // Go to the project in the Builder.
  choose_again,     // Back to the choices.
  sign_in,
  copy_report,  // Quote it to who runs Fairway.
};

NextStep next_step_of(const Failure& failure);
std::string_view next_step_words(NextStep step);

// "You", "Fairway" or "The provider", as the reaction has it.
std::string_view who_must_act(const Failure& failure);

}  // namespace fairway
