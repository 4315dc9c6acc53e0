// What was spent: sums of a month, single calls, limits.
#pragma once

#include "web/actions/dashboard.h"

namespace fairway {

// Sums, then the calls that the filter shows.
Task<Done> load_usage(Dashboard& dashboard);
void show_span(Dashboard& dashboard, UsageSpan span);
// Asks for the calls anew after the filter has changed.
void filter_calls(Dashboard& dashboard, CallFilter filter);
void load_more_calls(Dashboard& dashboard);

// Opens the limit of the account, or of an app, to be changed; saves what was typed.
void open_limit(LimitEditor& editor, const std::string& app_id, int64_t limit_nanos);
void save_limit(Dashboard& dashboard, LimitEditor& editor);

}  // namespace fairway
