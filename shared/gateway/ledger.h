// The account's books of the gateway: app keys, limits, what is lent, what was charged.
//
// Money leaves a limit in two steps. A key's meter (meter.h) borrows a float, and lends out of it
// holds to calls in flight; what a call cost is then posted as an immutable row. At any time, for
// the key, its app, the account and the platform's cap on the account:
//   posted in this month + lent out and not yet posted <= limit
// so that no number of calls at once can pass a limit, wherever a machine dies. A float that nobody
// owns any more goes back when its meter opens again (a new epoch).
//
// Every verb here is one turn, and safe to repeat: a row is posted once by its id; the loans and
// the returns of an epoch are numbered from 1, and one that comes late is known by its number.
// Amounts are nano-dollars, months are UTC ("2026-11"). Tables: app_keys, spend_limits, spend
// (posted by scope and month), api_usage (one row a call), api_usage_monthly.
#pragma once

#include "shared/base/json.h"
#include "shared/host/host.h"

namespace fairway {

constexpr int64_t account_limit_default_nanos = 100'000'000'000;

struct AppKeyRow {
  std::string id;
  std::string app_id;
  std::string name;
  std::string secret_hash;
  std::string hint;                   // what lists show of the key's text
  std::vector<std::string> services;  // which it may call; empty: all
  std::vector<std::string> models;    // empty: all
  int64_t spend_limit_nanos = 0;      // a month; 0: the app's and the account's only
  int64_t requests_per_minute = 0;    // 0: no limit of its own
  int64_t expires_at_ms = 0;          // 0: never
  int64_t revoked_at_ms = 0;          // 0: in use
  int64_t created_at_ms = 0;
  int64_t last_used_at_ms = 0;
  int64_t lent_nanos = 0;
  std::string epoch;  // of the meter that may borrow
  std::string project_id;
  std::string sealed_text;  // of the key that a deployment gives its app; "" for keys made by hand

  bool is_deployed() const { return !sealed_text.empty(); }
};

// One call, as it was charged.
struct UsageRow {
  std::string id;
  int64_t at_ms = 0;  // its end
  std::string service;
  std::string endpoint;
  std::string model;
  int64_t units = 0;
  std::string unit_type;
  Json buckets;            // the amounts by kind
  int64_t cost_nanos = 0;  // below 0: given back, once the provider's price was known
  int64_t hold_nanos = 0;
  int64_t absorbed_nanos = 0;  // what the provider reported beyond the hold: the platform's loss
  int64_t latency_ms = 0;
  std::string outcome;  // ok, cut, failed, expired
  std::string upstream_id;
  bool is_estimated = false;
};
void to_json(Json& json, const UsageRow& row);
UsageRow usage_row_of(const Json& json);

// "2026-11"
std::string month_of(int64_t at_ms);

// --- ledger_store.cpp ---

void create_gateway_tables(Database& database);
void add_key_columns(Database& database);
void add_app_key(Database& database, const AppKeyRow& key);
std::optional<AppKeyRow> find_app_key(Database& database, const std::string& id);
// Newest first, revoked ones too.
std::vector<AppKeyRow> list_app_keys(Database& database, const std::string& app_id);
// True when it was in use until now. Its meter does not know yet: see untold_keys.
bool revoke_app_key(Database& database, const std::string& id, int64_t now_ms);
void revoke_keys_of(Database& database, const std::string& app_id, int64_t now_ms);
// Keys whose meters must hear what changed (a job revoked them), until `told` is called.
std::vector<std::string> untold_keys(Database& database);
void told(Database& database, const std::vector<std::string>& key_ids);

// 0: no limit.
int64_t spend_limit(Database& database, const std::string& scope);
void set_spend_limit(Database& database, const std::string& scope, int64_t limit_nanos);
std::string app_scope(std::string_view app_id);
std::string key_scope(std::string_view key_id);
constexpr std::string_view account_scope = "account";

struct Spend {
  int64_t posted_nanos = 0;  // in the month
  int64_t lent_nanos = 0;
};
Spend spend_of(Database& database, const std::string& scope, const std::string& month);

// A meter begins to work for the key: whatever was lent to its predecessors and is not in `rows`
// goes back. Nothing when there is no such key.
std::optional<AppKeyRow> open_meter(Database& database, const std::string& account,
                                    const std::string& key_id, const std::string& epoch,
                                    const std::vector<UsageRow>& rows);

struct Loan {
  std::string key_id;
  std::string epoch;
  int64_t number = 0;  // the last one again is answered as the first time
  int64_t nanos_min = 0;
  int64_t nanos_wanted = 0;
};
struct Lent {
  int64_t nanos = 0;
  std::string scope;  // where there was too little: "key:...", "app:...", "account"
  int64_t limit_nanos = 0;
  int64_t posted_nanos = 0;
};
// Lends at least nanos_min where every limit allows, at most nanos_wanted, and of a large rest not
// more than a quarter; where there is less, all there is. `platform_limit_nanos`: 0: none. Fails
// with fix_input `stale_meter` when another meter works for the key, `key_revoked`.
Outcome<Lent> lend(Database& database, const Loan& loan, int64_t platform_limit_nanos,
                   int64_t now_ms);

// Posts calls; those that were posted before are left alone. `returned_nanos` of the float go back,
// once by their number.
struct Settlement {
  std::string key_id;
  std::string epoch;
  std::vector<UsageRow> rows;
  int64_t return_number = 0;  // 0: nothing goes back
  int64_t returned_nanos = 0;
};
void settle(Database& database, const std::string& account, const Settlement& settlement);
// That a limit was used to 50, 80 or 100 percent: kept once a month for each scope, by lend and
// settle. 100 percent is when a call was refused for it, or all of it was spent.
struct SpendAlert {
  std::string scope;  // as limits have it; "platform"
  std::string month;
  int64_t percent = 0;
  int64_t limit_nanos = 0;
  int64_t at_ms = 0;
};
void create_alert_table(Database& database);
// Newest first, at most 200.
std::vector<SpendAlert> list_spend_alerts(Database& database);
// Keys that hold a float, the largest first.
std::vector<std::string> borrowers(Database& database, size_t count_max);

// --- usage_store.cpp: reading ---

struct UsageFilter {
  std::string app_id, key_id, service, model;  // "": all
  int64_t from_ms = 0;
  int64_t until_ms = 0;   // 0: now
  std::string before_id;  // paging: calls before this one
  std::string find;       // the id of a call, ours or the provider's
  int64_t count_max = 100;
};
// Newest first.
Json list_usage(Database& database, const UsageFilter& filter);
// Sums of a month by service, app (and its cost in the month before), model, key and day.
Json usage_summary(Database& database, const std::string& month);
Json usage_months(Database& database);

}  // namespace fairway
