// Remote<T>: data that lives elsewhere, as the screen knows it.
//
// Four stages: nothing was asked yet, an answer is awaited, it is here, or asking failed. An older
// value stays readable while a new one is fetched or after fetching failed, so nothing on screen
// goes away because of a slow or lost connection. Not a cache: nothing here asks anybody.
// Times are milliseconds of the Clock. Safe to copy. No errors of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "shared/base/outcome.h"

namespace fairway {

template <typename T>
struct Remote {
  enum class Stage : uint8_t { nothing, waiting, here, failed };

  Stage stage = Stage::nothing;
  std::optional<T> value;     // The last value that arrived, at any stage.
  Failure failure;            // Meaningful when stage is failed.
  int64_t asked_at_ms = 0;    // When the present or last question was put.
  int64_t arrived_at_ms = 0;  // When the value arrived.

  [[nodiscard]] bool waiting() const { return stage == Stage::waiting; }
  [[nodiscard]] bool here() const { return stage == Stage::here; }
  [[nodiscard]] bool failed() const { return stage == Stage::failed; }
  [[nodiscard]] bool has_value() const { return value.has_value(); }

  void ask(int64_t now_ms) {
    stage = Stage::waiting;
    asked_at_ms = now_ms;
  }
  void arrive(T arrived, int64_t now_ms) {
    value = std::move(arrived);
    stage = Stage::here;
    arrived_at_ms = now_ms;
  }
  void fail(Failure why) {
    failure = std::move(why);
    stage = Stage::failed;
  }
};

}  // namespace fairway
