// What is spent and with which keys, as the usage page and an app's page show it.
//
// Pure. Sums are nano-dollars and stay integers until they are words; months and days are UTC.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "web/api_client/gateway_messages.h"
#include "web/state/remote.h"

namespace fairway {

struct State;

// What is chosen or typed about services.
struct ServicesEditor {
  std::string typing;  // The service whose own key is being typed.
  std::string key;     // Of the person.
  std::string saving;  // The service that is on its way.
  Failure problem;
};

// A month's limit while it is changed: of the account (app_id "") or of an app.
struct LimitEditor {
  bool open = false;
  std::string app_id;
  std::string dollars;  // Of the person.
  bool saving = false;
  Failure problem;
};

enum class UsageSpan : uint8_t { current, previous, year };

struct CallFilter {
  std::string app_id;
  std::string service;
  std::string model;
  std::string find;  // The id of a call, Fairway's or the provider's.
  int64_t day = 0;   // Of the month; 0: all.
  bool operator==(const CallFilter&) const = default;
};

struct UsageView {
  UsageSpan span = UsageSpan::current;  // Of the person.
  Remote<message::Usage> usage;
  Remote<message::UsageCalls> calls;
  CallFilter filter;      // Of the person.
  std::string find_text;  // Of the person, before Enter.
  bool loading_more = false;
  std::string open_call;  // Whose details are shown, of the person.
  LimitEditor limit;
};

// A key while it is made; afterwards its text, shown this once.
struct KeyEditor {
  bool open = false;
  std::string name;
  std::array<bool, 2> services = {true, true};  // As `key_services` names them.
  std::string models;                           // By commas.
  std::string dollars;                          // A month.
  std::string rate;                             // Requests a minute.
  int expiry = 0;                               // Of `key_expiries`.
  bool saving = false;
  Failure problem;
  message::AppKey made;
};

struct AppView {
  std::string project_id;
  std::string app_id;
  Remote<message::AppKeys> keys;
  KeyEditor editor;
  std::string revoking;  // The key that a yes is asked for.
  bool revoke_sending = false;
  Failure problem;
  LimitEditor limit;
};

struct KeyExpiry {
  std::string_view words;
  int64_t days;
};
inline constexpr std::array<KeyExpiry, 4> key_expiries = {
    {{"Never", 0}, {"In 7 days", 7}, {"In 30 days", 30}, {"In a year", 365}}};
struct KeyService {
  std::string_view name;
  std::string_view title;
};
inline constexpr std::array<KeyService, 2> key_services = {
    {{"openai", "OpenAI"}, {"anthropic", "Anthropic"}}};

// "$12.50", "12.5", "100" as nano-dollars, at most nine digits behind the point; nothing else.
std::optional<int64_t> parse_dollars(std::string_view text);

// "openai" -> "OpenAI"; an unknown one stays as it is.
std::string service_words(std::string_view service);
// The name of the project whose app this is; "A deleted app".
std::string app_words(const State& state, std::string_view app_id);
// "1,204 in, 388 out", or the units.
std::string units_words(const message::UsageCall& call);
// What a day cost, of the month's days; as long as the month.
std::vector<int64_t> day_sums(const message::Usage& usage);
int64_t days_of(const message::Usage& usage);
// Which day of the month it is now; the last one of a month that is over.
int64_t today_of(const message::Usage& usage);
// How much more or less than the month before, "+34 %", "new"; `is_rise` over a quarter.
struct Change {
  std::string words;
  bool is_rise = false;
};
Change change_words(const message::UsageSum& sum);
// How much of the limit is spent, in percent, rounded down; 0 without a limit.
int64_t percent_of_limit(const message::Usage& usage);
// The query of /api/usage/history for what is shown.
std::string calls_query(const UsageView& view, std::string_view before, int64_t count);
// "2026-10": the month before the one of this moment, or that itself.
std::string month_code(int64_t now_ms, UsageSpan span);
// "2026-10" -> "October 2026".
std::string month_code_words(std::string_view code);

}  // namespace fairway
