#include "web/state/reactions.h"

namespace fairway {

NextStep next_step_of(const Failure& failure) {
  const std::string& code = failure.code;
  switch (failure.reaction) {
    case Reaction::retry_later:
      return NextStep::try_again;
    case Reaction::report_bug:
      return NextStep::copy_report;
    case Reaction::ask_permission:
      return code == "signed_out" ? NextStep::sign_in : NextStep::try_again;
    case Reaction::fix_input:
      break;
  }
  if (code.find("variable") != std::string::npos || code.find("environment") != std::string::npos) {
    return NextStep::fix_environment;
  }
  if (code.starts_with("preview_")) return NextStep::fix_data;
  if (code.find("bundle") != std::string::npos || code.find("file") != std::string::npos ||
      code.find("code") != std::string::npos || code == "not_stored") {
    return NextStep::fix_in_builder;
  }
  return NextStep::choose_again;
}

std::string_view next_step_words(NextStep step) {
  switch (step) {
    case NextStep::try_again:
      return "Try again";
    case NextStep::fix_data:
      return "Fix the data";
    case NextStep::fix_environment:
      return "Fix the environment";
    case NextStep::fix_in_builder:
      return "Fix in the Builder";
    case NextStep::choose_again:
      return "Change the choices";
    case NextStep::sign_in:
      return "Sign in";
    case NextStep::copy_report:
      return "Copy report";
  }
  return "";
}

std::string_view who_must_act(const Failure& failure) {
  switch (failure.reaction) {
    case Reaction::fix_input:
      return "You";
    case Reaction::ask_permission:
      return failure.code == "signed_out" ? "You" : "Fairway";
    case Reaction::retry_later:
      return "The provider";
    case Reaction::report_bug:
      return "Fairway";
  }
  return "Fairway";
}

}  // namespace fairway
