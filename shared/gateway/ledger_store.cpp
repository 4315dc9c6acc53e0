// SQL of app keys, limits, loans and postings.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/gateway/ledger.h"

namespace fairway {

void create_gateway_tables(Database& database) {
  database.run(
      "CREATE TABLE app_keys(id TEXT PRIMARY KEY, app_id TEXT NOT NULL, name TEXT NOT NULL,"
      " secret_hash TEXT NOT NULL, hint TEXT NOT NULL, services TEXT NOT NULL,"
      " models TEXT NOT NULL, spend_limit_nanos INTEGER NOT NULL,"
      " requests_per_minute INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL,"
      " revoked_at_ms INTEGER NOT NULL DEFAULT 0, created_at_ms INTEGER NOT NULL,"
      " last_used_at_ms INTEGER NOT NULL DEFAULT 0, lent_nanos INTEGER NOT NULL DEFAULT 0,"
      " epoch TEXT NOT NULL DEFAULT '', loans INTEGER NOT NULL DEFAULT 0,"
      " loan_nanos INTEGER NOT NULL DEFAULT 0, returns INTEGER NOT NULL DEFAULT 0)"
      " WITHOUT ROWID");
  database.run("CREATE INDEX app_keys_by_app ON app_keys(app_id, created_at_ms DESC)");
  database.run(
      "CREATE TABLE spend_limits(scope TEXT PRIMARY KEY, limit_nanos INTEGER NOT NULL)"
      " WITHOUT ROWID");
  database.run(
      "CREATE TABLE spend(scope TEXT NOT NULL, month TEXT NOT NULL, posted_nanos INTEGER NOT NULL,"
      " PRIMARY KEY(scope, month)) WITHOUT ROWID");
  database.run(
      "CREATE TABLE api_usage(id TEXT PRIMARY KEY, user_id TEXT NOT NULL, app_id TEXT NOT NULL,"
      " key_id TEXT NOT NULL, service TEXT NOT NULL, endpoint TEXT NOT NULL,"
      " model TEXT NOT NULL, units INTEGER NOT NULL, unit_type TEXT NOT NULL,"
      " cost_nanos INTEGER NOT NULL, request_metadata TEXT NOT NULL,"
      " created_at INTEGER NOT NULL) WITHOUT ROWID");
  database.run("CREATE INDEX api_usage_by_time ON api_usage(created_at DESC, id)");
  database.run("CREATE INDEX api_usage_by_app ON api_usage(app_id, created_at DESC)");
  database.run(
      "CREATE TABLE api_usage_monthly(user_id TEXT NOT NULL, period TEXT NOT NULL,"
      " service TEXT NOT NULL, calls INTEGER NOT NULL, units INTEGER NOT NULL,"
      " cost_nanos INTEGER NOT NULL, PRIMARY KEY(period, service)) WITHOUT ROWID");
  set_spend_limit(database, std::string(account_scope), account_limit_default_nanos);
}

void add_key_columns(Database& database) {
  database.run("ALTER TABLE app_keys ADD COLUMN project_id TEXT NOT NULL DEFAULT ''");
  database.run("ALTER TABLE app_keys ADD COLUMN sealed_text TEXT NOT NULL DEFAULT ''");
  database.run("ALTER TABLE app_keys ADD COLUMN is_untold INTEGER NOT NULL DEFAULT 0");
}

void create_alert_table(Database& database) {
  database.run(
      "CREATE TABLE spend_alerts(scope TEXT NOT NULL, month TEXT NOT NULL,"
      " percent INTEGER NOT NULL, limit_nanos INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
      " PRIMARY KEY(scope, month, percent)) WITHOUT ROWID");
}

namespace {

constexpr std::string_view key_columns =
    "id, app_id, name, secret_hash, hint, services, models, spend_limit_nanos,"
    " requests_per_minute, expires_at_ms, revoked_at_ms, created_at_ms, last_used_at_ms,"
    " lent_nanos, epoch, project_id, sealed_text";

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (auto word : split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

AppKeyRow key_of(const Row& row) {
  return {.id = row.text(0),
          .app_id = row.text(1),
          .name = row.text(2),
          .secret_hash = row.text(3),
          .hint = row.text(4),
          .services = words_of(row.text(5)),
          .models = words_of(row.text(6)),
          .spend_limit_nanos = row.integer(7),
          .requests_per_minute = row.integer(8),
          .expires_at_ms = row.integer(9),
          .revoked_at_ms = row.integer(10),
          .created_at_ms = row.integer(11),
          .last_used_at_ms = row.integer(12),
          .lent_nanos = row.integer(13),
          .epoch = row.text(14),
          .project_id = row.text(15),
          .sealed_text = row.text(16)};
}

int64_t posted_in(Database& database, const std::string& scope, const std::string& month) {
  auto found = database.run("SELECT posted_nanos FROM spend WHERE scope = ?1 AND month = ?2",
                            {scope, month});
  return found.rows.empty() ? 0 : found.rows[0].integer(0);
}

int64_t lent_to(Database& database, const std::string& scope) {
  auto sum = [&](std::string_view where, std::vector<Value> values) {
    return database
        .run(cat({"SELECT coalesce(sum(lent_nanos), 0) FROM app_keys", where}), std::move(values))
        .rows.at(0)
        .integer(0);
  };
  if (scope.starts_with("key:")) return sum(" WHERE id = ?1", {scope.substr(4)});
  if (scope.starts_with("app:")) return sum(" WHERE app_id = ?1", {scope.substr(4)});
  return sum("", {});
}

void post_to(Database& database, const std::string& scope, const std::string& month,
             int64_t nanos) {
  database.run(
      "INSERT INTO spend(scope, month, posted_nanos) VALUES(?1, ?2, ?3)"
      " ON CONFLICT(scope, month) DO UPDATE SET posted_nanos = posted_nanos + ?3",
      {scope, month, nanos});
}

Json metadata_of(const UsageRow& row) {
  return {{"buckets", row.buckets},
          {"hold_nanos", row.hold_nanos},
          {"absorbed_nanos", row.absorbed_nanos},
          {"latency_ms", row.latency_ms},
          {"outcome", row.outcome},
          {"upstream_id", row.upstream_id},
          {"estimated", row.is_estimated}};
}

// True when the row is new.
bool insert_usage(Database& database, const std::string& account, const AppKeyRow& key,
                  const UsageRow& row) {
  return database
             .run(
                 "INSERT INTO api_usage(id, user_id, app_id, key_id, service, endpoint, model,"
                 " units, unit_type, cost_nanos, request_metadata, created_at)"
                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
                 " ON CONFLICT(id) DO NOTHING",
                 {row.id, account, key.app_id, key.id, row.service, row.endpoint, row.model,
                  row.units, row.unit_type, row.cost_nanos, to_text(metadata_of(row)), row.at_ms})
             .changes == 1;
}

void add_alert(Database& database, const std::string& scope, int64_t percent, int64_t limit_nanos,
               int64_t at_ms) {
  database.run(
      "INSERT INTO spend_alerts(scope, month, percent, limit_nanos, at_ms)"
      " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
      {scope, month_of(at_ms), percent, limit_nanos, at_ms});
}

void note_spend_of(Database& database, const std::string& scope, int64_t limit_nanos,
                   int64_t at_ms) {
  if (limit_nanos == 0) return;
  int64_t posted = posted_in(database, scope, month_of(at_ms));
  for (int64_t percent : {50, 80, 100}) {
    if (posted >= limit_nanos / 100 * percent) {
      add_alert(database, scope, percent, limit_nanos, at_ms);
    }
  }
}

void note_spend(Database& database, const AppKeyRow& key, int64_t at_ms) {
  std::string app = app_scope(key.app_id), account(account_scope);
  note_spend_of(database, key_scope(key.id), key.spend_limit_nanos, at_ms);
  note_spend_of(database, app, spend_limit(database, app), at_ms);
  note_spend_of(database, account, spend_limit(database, account), at_ms);
}

// Posts the rows that are new; says what of the float they cost together: what is given back goes
// to the limits, not to a float.
int64_t post_rows(Database& database, const std::string& account, const AppKeyRow& key,
                  const std::vector<UsageRow>& rows) {
  int64_t posted = 0, last_used_at_ms = key.last_used_at_ms;
  for (const auto& row : rows) {
    if (!insert_usage(database, account, key, row)) continue;
    std::string month = month_of(row.at_ms);
    post_to(database, key_scope(key.id), month, row.cost_nanos);
    post_to(database, app_scope(key.app_id), month, row.cost_nanos);
    post_to(database, std::string(account_scope), month, row.cost_nanos);
    database.run(
        "INSERT INTO api_usage_monthly(user_id, period, service, calls, units, cost_nanos)"
        " VALUES(?1, ?2, ?3, ?6, ?4, ?5) ON CONFLICT(period, service) DO UPDATE"
        " SET calls = calls + ?6, units = units + ?4, cost_nanos = cost_nanos + ?5",
        {account, month, row.service, row.units, row.cost_nanos, row.cost_nanos < 0 ? 0 : 1});
    note_spend(database, key, row.at_ms);
    posted += std::max<int64_t>(row.cost_nanos, 0);
    last_used_at_ms = std::max(last_used_at_ms, row.at_ms);
  }
  database.run("UPDATE app_keys SET last_used_at_ms = ?2 WHERE id = ?1", {key.id, last_used_at_ms});
  return posted;
}

}  // namespace

void add_app_key(Database& database, const AppKeyRow& key) {
  database.run(
      "INSERT INTO app_keys(id, app_id, name, secret_hash, hint, services, models,"
      " spend_limit_nanos, requests_per_minute, expires_at_ms, created_at_ms, project_id,"
      " sealed_text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
      {key.id, key.app_id, key.name, key.secret_hash, key.hint, join(key.services, " "),
       join(key.models, " "), key.spend_limit_nanos, key.requests_per_minute, key.expires_at_ms,
       key.created_at_ms, key.project_id, key.sealed_text});
}

std::optional<AppKeyRow> find_app_key(Database& database, const std::string& id) {
  auto found = database.run(cat({"SELECT ", key_columns, " FROM app_keys WHERE id = ?1"}), {id});
  if (found.rows.empty()) return std::nullopt;
  return key_of(found.rows[0]);
}

std::vector<AppKeyRow> list_app_keys(Database& database, const std::string& app_id) {
  std::vector<AppKeyRow> keys;
  auto found = database.run(cat({"SELECT ", key_columns,
                                 " FROM app_keys WHERE app_id = ?1"
                                 " ORDER BY created_at_ms DESC, id LIMIT 500"}),
                            {app_id});
  for (const auto& row : found.rows) keys.push_back(key_of(row));
  return keys;
}

bool revoke_app_key(Database& database, const std::string& id, int64_t now_ms) {
  return database
             .run(
                 "UPDATE app_keys SET revoked_at_ms = ?2, is_untold = 1"
                 " WHERE id = ?1 AND revoked_at_ms = 0",
                 {id, now_ms})
             .changes == 1;
}

void revoke_keys_of(Database& database, const std::string& app_id, int64_t now_ms) {
  database.run(
      "UPDATE app_keys SET revoked_at_ms = ?2, is_untold = 1"
      " WHERE app_id = ?1 AND revoked_at_ms = 0",
      {app_id, now_ms});
}

std::vector<std::string> untold_keys(Database& database) {
  std::vector<std::string> keys;
  auto found = database.run("SELECT id FROM app_keys WHERE is_untold = 1 LIMIT 1000");
  for (const auto& row : found.rows) keys.push_back(row.text(0));
  return keys;
}

void told(Database& database, const std::vector<std::string>& key_ids) {
  for (const auto& id : key_ids) {
    database.run("UPDATE app_keys SET is_untold = 0 WHERE id = ?1", {id});
  }
}

int64_t spend_limit(Database& database, const std::string& scope) {
  auto found = database.run("SELECT limit_nanos FROM spend_limits WHERE scope = ?1", {scope});
  return found.rows.empty() ? 0 : found.rows[0].integer(0);
}

void set_spend_limit(Database& database, const std::string& scope, int64_t limit_nanos) {
  database.run(
      "INSERT INTO spend_limits(scope, limit_nanos) VALUES(?1, ?2)"
      " ON CONFLICT(scope) DO UPDATE SET limit_nanos = ?2",
      {scope, limit_nanos});
}

Spend spend_of(Database& database, const std::string& scope, const std::string& month) {
  return {posted_in(database, scope, month), lent_to(database, scope)};
}

std::optional<AppKeyRow> open_meter(Database& database, const std::string& account,
                                    const std::string& key_id, const std::string& epoch,
                                    const std::vector<UsageRow>& rows) {
  auto key = find_app_key(database, key_id);
  if (!key) return std::nullopt;
  post_rows(database, account, *key, rows);
  database.run(
      "UPDATE app_keys SET epoch = ?2, lent_nanos = 0, loans = 0, loan_nanos = 0, returns = 0"
      " WHERE id = ?1",
      {key_id, epoch});
  return find_app_key(database, key_id);
}

Outcome<Lent> lend(Database& database, const Loan& loan, int64_t platform_limit_nanos,
                   int64_t now_ms) {
  auto key = find_app_key(database, loan.key_id);
  if (!key || key->epoch != loan.epoch) {
    return fix_input("stale_meter", "Another meter works for this key by now.");
  }
  if (key->revoked_at_ms != 0) return fix_input("key_revoked", "This key was revoked.");
  auto last = database.run("SELECT loans, loan_nanos FROM app_keys WHERE id = ?1", {key->id});
  int64_t loans = last.rows.at(0).integer(0);
  if (loan.number == loans) return Lent{last.rows[0].integer(1), "", 0, 0};
  if (loan.number < loans) return fix_input("stale_loan", "A later loan was made meanwhile.");
  struct Limit {
    std::string scope;
    int64_t nanos;
  };
  const Limit limits[] = {
      {key_scope(key->id), key->spend_limit_nanos},
      {app_scope(key->app_id), spend_limit(database, app_scope(key->app_id))},
      {std::string(account_scope), spend_limit(database, std::string(account_scope))},
      {"platform", platform_limit_nanos}};
  std::string month = month_of(now_ms);
  Lent lent{loan.nanos_wanted, "", 0, 0};
  for (const auto& limit : limits) {
    if (limit.nanos == 0) continue;
    Spend spend = spend_of(
        database, limit.scope == "platform" ? std::string(account_scope) : limit.scope, month);
    int64_t rest = std::max<int64_t>(0, limit.nanos - spend.posted_nanos - spend.lent_nanos);
    int64_t share = std::min(rest, std::max(loan.nanos_min, rest / 4));
    if (share >= lent.nanos) continue;
    lent = {share, limit.scope, limit.nanos, spend.posted_nanos};
  }
  // Others may hold what is missing and give it back; with the limit spent to 80 they hardly do.
  bool is_refused = lent.nanos < loan.nanos_min && lent.posted_nanos >= lent.limit_nanos / 100 * 80;
  if (is_refused) add_alert(database, lent.scope, 100, lent.limit_nanos, now_ms);
  database.run(
      "UPDATE app_keys SET lent_nanos = lent_nanos + ?2, loans = ?3, loan_nanos = ?2"
      " WHERE id = ?1",
      {key->id, lent.nanos, loan.number});
  return lent;
}

void settle(Database& database, const std::string& account, const Settlement& settlement) {
  auto key = find_app_key(database, settlement.key_id);
  FAIRWAY_ASSERT(key.has_value());
  int64_t posted = post_rows(database, account, *key, settlement.rows);
  // What an earlier epoch was lent went back as a whole when the present one began.
  if (key->epoch != settlement.epoch) return;
  int64_t back = posted;
  bool is_new = database
                    .run("UPDATE app_keys SET returns = ?2 WHERE id = ?1 AND returns < ?2",
                         {key->id, settlement.return_number})
                    .changes == 1;
  if (is_new) back += settlement.returned_nanos;
  FAIRWAY_ASSERT(back <= key->lent_nanos);
  database.run("UPDATE app_keys SET lent_nanos = lent_nanos - ?2 WHERE id = ?1", {key->id, back});
}

std::vector<std::string> borrowers(Database& database, size_t count_max) {
  std::vector<std::string> keys;
  auto found =
      database.run("SELECT id FROM app_keys WHERE lent_nanos > 0 ORDER BY lent_nanos DESC LIMIT ?1",
                   {int64_t(count_max)});
  for (const auto& row : found.rows) keys.push_back(row.text(0));
  return keys;
}

}  // namespace fairway
