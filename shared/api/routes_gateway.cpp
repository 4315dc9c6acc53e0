#include "shared/api/routes.h"
#include "shared/base/id.h"
#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/app_key.h"
#include "shared/gateway/ledger.h"
#include "shared/gateway/services.h"
#include "shared/gateway/upstream.h"

namespace fairway::routes {

namespace {

constexpr size_t keys_max = 200;
constexpr size_t meters_told_max = 1000;
constexpr int64_t limit_nanos_max = 1'000'000 * nanos_per_dollar;
constexpr std::string_view services[] = {"openai", "anthropic", "sendgrid",
                                         "resend", "twilio",    "storage"};

Failure no_app() {
  return fix_input("app_not_found", "There is no such app in your account.",
                   "Deploy the project first.");
}

Failure no_key() {
  return fix_input("key_not_found", "There is no such key in your account.",
                   "Look at the list of keys again.");
}

Json key_json(Database& database, const AppKeyRow& key, int64_t now_ms) {
  Spend spend = spend_of(database, key_scope(key.id), month_of(now_ms));
  bool is_expired = key.expires_at_ms != 0 && key.expires_at_ms <= now_ms;
  return {{"id", key.id},
          {"app_id", key.app_id},
          {"name", key.name},
          {"hint", key.hint},
          {"deployed", key.is_deployed()},
          {"services", key.services},
          {"models", key.models},
          {"spend_limit_nanos", key.spend_limit_nanos},
          {"requests_per_minute", key.requests_per_minute},
          {"expires_at_ms", key.expires_at_ms},
          {"revoked_at_ms", key.revoked_at_ms},
          {"created_at_ms", key.created_at_ms},
          {"last_used_at_ms", key.last_used_at_ms},
          {"state", key.revoked_at_ms != 0 ? "revoked"
                    : is_expired           ? "expired"
                                           : "active"},
          {"cost_nanos", spend.posted_nanos}};
}

Json limits_json(Database& database, const std::string& scope, int64_t now_ms) {
  Spend spend = spend_of(database, scope, month_of(now_ms));
  return {{"limit_nanos", spend_limit(database, scope)},
          {"cost_nanos", spend.posted_nanos},
          {"lent_nanos", spend.lent_nanos}};
}

Outcome<AppKeyRow> read_key(const Json& body, int64_t now_ms) {
  Fields fields(body);
  AppKeyRow key;
  key.name = fields.text("name", {1, 100});
  key.services = member(body, "services").is_null() ? std::vector<std::string>{}
                                                    : fields.texts("services", 10);
  key.models =
      member(body, "models").is_null() ? std::vector<std::string>{} : fields.texts("models", 50);
  auto optional = [&](std::string_view name, int64_t max) {
    return member(body, name).is_null() ? 0 : fields.integer(name, {0, max});
  };
  key.spend_limit_nanos = optional("spend_limit_nanos", limit_nanos_max);
  key.requests_per_minute = optional("requests_per_minute", 1'000'000);
  key.expires_at_ms = optional("expires_at_ms", int64_t{1} << 50);
  for (const auto& service : key.services) {
    bool is_known = false;
    for (auto known : services) is_known |= service == known;
    if (!is_known)
      fields.refuse("services", "may name openai, anthropic, sendgrid, resend, twilio and storage");
  }
  for (const auto& model : key.models) {
    bool is_plain = !model.empty() && model.size() <= 100 && model.find(' ') == std::string::npos;
    if (!is_plain) fields.refuse("models", "must be names of models");
  }
  if (key.expires_at_ms != 0 && key.expires_at_ms <= now_ms) {
    fields.refuse("expires_at_ms", "must lie in the future");
  }
  if (auto failure = fields.failure()) return *failure;
  return key;
}

}  // namespace

Task<ApiResponse> get_app_keys(Host& host, Call call) {
  if (!find_app(host.database, call.id)) co_return no_app();
  int64_t now_ms = host.clock.now_ms();
  Json keys = Json::array();
  for (const auto& key : list_app_keys(host.database, call.id)) {
    keys.push_back(key_json(host.database, key, now_ms));
  }
  co_return json_response(
      {{"keys", std::move(keys)}, {"app", limits_json(host.database, app_scope(call.id), now_ms)}});
}

// The key's text is in this answer and nowhere else.
Task<ApiResponse> post_app_key(Host& host, Call call) {
  auto app = find_app(host.database, call.id);
  if (!app) co_return no_app();
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  int64_t now_ms = host.clock.now_ms();
  auto key = read_key(*body, now_ms);
  if (!key.ok()) co_return key.failure();
  if (list_app_keys(host.database, call.id).size() >= keys_max) {
    co_return fix_input("too_many_keys", "An app has at most 200 keys, revoked ones too.");
  }
  key->id = new_id(host, "key");
  key->app_id = call.id;
  key->project_id = app->project_id;
  key->created_at_ms = now_ms;
  std::string text = make_app_key(key->id, call.account(), host.random.bytes(app_key_random_bytes));
  key->secret_hash = parse_app_key(text)->secret_hash;
  key->hint = app_key_hint(text);
  add_app_key(host.database, *key);
  Json answer = key_json(host.database, *key, now_ms);
  answer["key"] = std::move(text);
  auto masters = master_keys(host.settings);
  if (!masters.empty()) {
    auto storage = storage_credential(key->id, call.account(), key->secret_hash, masters[0].bytes);
    answer["storage"] = {{"access_key_id", storage.id}, {"secret_access_key", storage.secret}};
  }
  co_return json_response(answer);
}

// Repeatable. The shell tells the key's meter before this answer leaves (meters_changed).
Task<ApiResponse> delete_app_key(Host& host, Call call) {
  auto key = find_app_key(host.database, call.id);
  if (!key) co_return no_key();
  revoke_app_key(host.database, call.id, host.clock.now_ms());
  auto answer = json_response(
      key_json(host.database, *find_app_key(host.database, call.id), host.clock.now_ms()));
  answer.headers.push_back({std::string(meters_changed_header), call.id});
  co_return answer;
}

Task<ApiResponse> get_limits(Host& host, Call) {
  int64_t now_ms = host.clock.now_ms();
  Json answer = limits_json(host.database, std::string(account_scope), now_ms);
  answer["platform_limit_nanos"] = platform_limit_nanos(host.settings);
  co_return json_response(answer);
}

Task<ApiResponse> put_limits(Host& host, Call call) {
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  int64_t limit = fields.integer("limit_nanos", {0, limit_nanos_max});
  std::string app_id = fields.text_or("app_id", "");
  if (auto failure = fields.failure()) co_return *failure;
  if (!app_id.empty() && !find_app(host.database, app_id)) co_return no_app();
  if (app_id.empty() && limit == 0) {
    co_return fix_input("invalid_field", "limit_nanos of the account must be above 0.",
                        "Revoke the keys to stop all calls.");
  }
  std::string scope = app_id.empty() ? std::string(account_scope) : app_scope(app_id);
  set_spend_limit(host.database, scope, limit);
  auto answer = json_response(limits_json(host.database, scope, host.clock.now_ms()));
  // What was lent under the old limit comes back, so that the new one holds from this answer on.
  std::string lent_to = join(borrowers(host.database, meters_told_max), ",");
  if (!lent_to.empty()) answer.headers.push_back({std::string(meters_changed_header), lent_to});
  co_return answer;
}

}  // namespace fairway::routes
