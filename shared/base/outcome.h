// Outcome<T>: a value, or the Failure that explains why there is none.
//
// Failures are named by what the caller can do about them, never by who caused them:
//   fix_input       the person changes what they gave (a name, a file, a variable) and tries again
//   ask_permission  somebody must grant something first (sign in, connect a provider, pay)
//   retry_later     the same call may work later; jobs reschedule on this reaction only
//   report_bug      our own mistake, or an answer nobody foresaw; carries all we know
// Foreign errors are decoded into a Failure once, at the border (provider files, the router).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

// Ends the program when one of our own promises is broken. Stays on in production: at the edge a
// trap costs one request and rolls its turn back, which is better than a wrong row.
[[noreturn]] inline void broken_promise(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, what);
  std::abort();
}
#define FAIRWAY_ASSERT(condition) \
  ((condition) ? void(0) : ::fairway::broken_promise(#condition, __FILE__, __LINE__))

enum class Reaction { fix_input, ask_permission, retry_later, report_bug };

struct Failure {
  Reaction reaction = Reaction::report_bug;
  std::string code;     // stable, lower_snake_case, for programs: "name_taken"
  std::string message;  // what stopped and why, one or two sentences for a person
  std::string hint;     // who must act, and how; may be empty

  bool operator==(const Failure&) const = default;
};

inline Failure fix_input(std::string code, std::string message, std::string hint = "") {
  return {Reaction::fix_input, std::move(code), std::move(message), std::move(hint)};
}
inline Failure ask_permission(std::string code, std::string message, std::string hint = "") {
  return {Reaction::ask_permission, std::move(code), std::move(message), std::move(hint)};
}
inline Failure retry_later(std::string code, std::string message, std::string hint = "") {
  return {Reaction::retry_later, std::move(code), std::move(message), std::move(hint)};
}
inline Failure report_bug(std::string code, std::string message, std::string hint = "") {
  return {Reaction::report_bug, std::move(code), std::move(message), std::move(hint)};
}

// "fix_input" and so on; reaction_of answers nothing for any other word.
std::string_view name_of(Reaction reaction);
std::optional<Reaction> reaction_of(std::string_view name);

template <typename T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : value_(std::move(value)) {}
  Outcome(Failure failure) : failure_(std::move(failure)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  // The value; asking for it when there is none is our own mistake.
  T& value() {
    FAIRWAY_ASSERT(ok());
    return *value_;
  }
  const T& value() const {
    FAIRWAY_ASSERT(ok());
    return *value_;
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Failure& failure() const {
    FAIRWAY_ASSERT(!ok());
    return failure_;
  }

 private:
  std::optional<T> value_;
  Failure failure_;
};

// The value of an Outcome that carries nothing.
struct Done {
  bool operator==(const Done&) const = default;
};

}  // namespace fairway
