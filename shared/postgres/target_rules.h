// What is said about a target, the same whichever way it is reached. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/postgres/plan.h"

namespace fairway::postgres {

// fix_input `target_too_old`; nothing where the version is new enough. 150018 is 15.18.
std::optional<Failure> too_old(int64_t server_version);
// fix_input `target_not_empty`, naming tables that are there already.
Failure not_empty(const std::vector<std::string>& taken);
// A statement that the server did not take, with its words.
Decision refused_by_server(Decision if_refused, std::string_view words);
// A view whose translation does not answer what it answers here.
// With the triggers that were on it.
std::vector<Decision> dropped_view(const Plan& plan, const ViewPlan& view, std::string_view why);

}  // namespace fairway::postgres
