// What every action does with a failure, and how a lost connection comes back.
//
// A session that ended is said once, over everything, and nothing on screen is lost; signing in in
// another tab is noticed. A lost connection is said by a toast that counts down to the next try;
// the tries grow from 2 s to 30 s, and "Try now" makes the next one at once. What was under way
// (following, lists) goes on by itself afterwards.
#pragma once

#include "web/actions/dashboard.h"

namespace fairway {

inline constexpr int64_t reconnect_first_ms = 2'000;
inline constexpr int64_t reconnect_max_ms = 30'000;

// Notes what a failure means for the whole tab. True when that is all there is to say: the caller
// keeps its data and stays silent.
bool note_failure(Dashboard& dashboard, const Failure& failure);
// An answer came, whatever it said.
void note_answer(Dashboard& dashboard);

// Asks until Fairway answers, then lets everything go on.
Task<Done> reconnect(Dashboard& dashboard, int64_t first_pause_ms);
void try_now(Dashboard& dashboard);

}  // namespace fairway
