// SQL of what was chosen for services, and the sealing of the owners' own keys.
#include "shared/base/text.h"
#include "shared/gateway/services.h"

namespace fairway {

namespace {

constexpr size_t own_key_bytes_min = 8;
constexpr size_t own_key_bytes_max = 500;

SealPlace own_key_place(const std::string& account, const std::string& project_id,
                        const std::string& service) {
  return {account, "service_choices", "sealed_key", cat({project_id, "/", service})};
}

ServiceChoice choice_of(Database& database, const std::string& project_id,
                        const std::string& service) {
  for (auto& choice : list_service_choices(database, project_id)) {
    if (choice.service == service) return std::move(choice);
  }
  return {.service = service, .payer = Payer::off, .sealed_key = "", .hint = ""};
}

bool is_header_text(std::string_view text) {
  for (char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

void create_service_tables(Database& database) {
  database.run(
      "CREATE TABLE service_choices(project_id TEXT NOT NULL, service TEXT NOT NULL,"
      " payer TEXT NOT NULL, sealed_key TEXT NOT NULL, hint TEXT NOT NULL,"
      " PRIMARY KEY(project_id, service)) WITHOUT ROWID");
}

std::vector<ServiceChoice> list_service_choices(Database& database, const std::string& project_id) {
  std::vector<ServiceChoice> choices;
  auto found = database.run(
      "SELECT service, payer, sealed_key, hint FROM service_choices WHERE project_id = ?1"
      " ORDER BY service",
      {project_id});
  for (const auto& row : found.rows) {
    choices.push_back({.service = row.text(0),
                       .payer = payer_of(row.text(1)).value_or(Payer::off),
                       .sealed_key = row.text(2),
                       .hint = row.text(3)});
  }
  return choices;
}

Task<Done> choose_service(Host& host, std::string account, std::string project_id,
                          ServiceChoice choice, std::string own_key) {
  if (find_service(choice.service) == nullptr) {
    co_return fix_input("service_not_found", "The gateway has no such service.");
  }
  if (!own_key.empty()) {
    bool fits = own_key.size() >= own_key_bytes_min && own_key.size() <= own_key_bytes_max;
    if (!fits || !is_header_text(own_key)) {
      co_return fix_input("invalid_field", "key must have 8 to 500 characters without blanks.",
                          "Copy the key from the provider's page again.");
    }
    choice.hint = own_key.substr(own_key.size() - 4);
    auto place = own_key_place(account, project_id, choice.service);
    choice.sealed_key = co_await seal(host, std::move(place), std::move(own_key));
  } else {
    ServiceChoice kept = choice_of(host.database, project_id, choice.service);
    choice.sealed_key = std::move(kept.sealed_key);
    choice.hint = std::move(kept.hint);
  }
  if (choice.payer == Payer::own && choice.sealed_key.empty()) {
    co_return fix_input("own_key_missing", "There is no key of yours for this service yet.",
                        "Paste the key that the provider gave you.");
  }
  host.database.run(
      "INSERT INTO service_choices(project_id, service, payer, sealed_key, hint)"
      " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(project_id, service) DO UPDATE"
      " SET payer = ?3, sealed_key = ?4, hint = ?5",
      {project_id, choice.service, std::string(name_of(choice.payer)), choice.sealed_key,
       choice.hint});
  co_return Done{};
}

Task<OpenedKeys> open_own_keys(Host& host, std::string account, std::string key_id) {
  OpenedKeys opened;
  auto key = find_app_key(host.database, key_id);
  if (!key) co_return opened;
  for (auto& choice : list_service_choices(host.database, key->project_id)) {
    if (choice.payer != Payer::own) continue;
    auto place = own_key_place(account, key->project_id, choice.service);
    auto text = co_await outcome_of(unseal(host, std::move(place), choice.sealed_key));
    opened[choice.service] = text.ok() ? *text : "";
  }
  co_return opened;
}

std::vector<std::string> off_services(Database& database, const AppKeyRow& key,
                                      const OpenedKeys& own_keys) {
  std::vector<std::string> off;
  auto choices = list_service_choices(database, key.project_id);
  for (const auto& service : gateway_services()) {
    std::string name(service.name);
    const ServiceChoice* chosen = nullptr;
    for (const auto& choice : choices) {
      if (choice.service == name) chosen = &choice;
    }
    bool is_on = chosen == nullptr ? !key.is_deployed() : chosen->payer != Payer::off;
    auto own = own_keys.find(name);
    bool opens = own == own_keys.end() || !own->second.empty();
    if (!is_on || !opens) off.push_back(std::move(name));
  }
  return off;
}

std::vector<std::string> active_keys_of_project(Database& database, const std::string& project_id) {
  std::vector<std::string> keys;
  auto found =
      database.run("SELECT id FROM app_keys WHERE project_id = ?1 AND revoked_at_ms = 0 LIMIT 1000",
                   {project_id});
  for (const auto& row : found.rows) keys.push_back(row.text(0));
  return keys;
}

SealPlace key_text_place(const std::string& account, const std::string& key_id) {
  return {account, "app_keys", "sealed_text", key_id};
}

}  // namespace fairway
