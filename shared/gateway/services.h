// Which services a project's app has, and who pays for its calls.
//
// For each service the owner chooses once for the project: off; the platform's key, metered at its
// price; or a key of their own, which is sealed here, never shown again, and metered at no price.
// A choice holds for every key of the app from the moment it is made. Where nothing was chosen a
// deployment gives the app nothing, and keys made by hand may do what their scope says.
//
// A deployment gives its app one key for all services that are on, and for each of them the
// variables that the service's own SDK reads. Table: service_choices.
#pragma once

#include <map>

#include "shared/gateway/ledger.h"
#include "shared/secrets/secrets.h"

namespace fairway {

struct GatewayService {
  std::string_view name;   // in paths, scopes and rows: "openai"
  std::string_view title;  // for people: "OpenAI"
  std::string_view key_variable;
  std::string_view address_variable;
  std::string_view path;  // behind the gateway's address
};
const std::vector<GatewayService>& gateway_services();
const GatewayService* find_service(std::string_view name);

enum class Payer { off, platform, own };
std::string_view name_of(Payer payer);
std::optional<Payer> payer_of(std::string_view name);

struct ServiceChoice {
  std::string service;
  Payer payer = Payer::off;
  std::string sealed_key;  // of one's own; kept when the choice changes, until it is replaced
  std::string hint;        // its last four characters
};

// The variables that an app gets for the services that are on, without those of a service of which
// the owner has set one themselves: half of a pair would send one's key to the other's address.
std::vector<std::pair<std::string, std::string>> service_variables(
    const std::vector<ServiceChoice>& choices, const std::string& key, const std::string& origin,
    const std::vector<std::string>& set_by_owner);
// Which of the service's variables the owner has set.
std::vector<std::string> own_variables_of(const GatewayService& service,
                                          const std::vector<std::string>& set_by_owner);

// --- services_store.cpp ---

void create_service_tables(Database& database);
std::vector<ServiceChoice> list_service_choices(Database& database, const std::string& project_id);
// Keeps a choice; with Payer::own and an empty `own_key` the key that was kept before is used.
// fix_input: `service_not_found`, `own_key_missing`.
Task<Done> choose_service(Host& host, std::string account, std::string project_id,
                          ServiceChoice choice, std::string own_key);

// The owner's keys that calls of this app key go out with, by service; one that cannot be opened
// any more is "".
using OpenedKeys = std::map<std::string, std::string, std::less<>>;
Task<OpenedKeys> open_own_keys(Host& host, std::string account, std::string key_id);
// What this key may not call, whatever its scope: what is off, and what has no key that opens.
std::vector<std::string> off_services(Database& database, const AppKeyRow& key,
                                      const OpenedKeys& own_keys);

// Keys of a project that are in use.
std::vector<std::string> active_keys_of_project(Database& database, const std::string& project_id);

// The text of a deployed key, which is sealed in its row.
SealPlace key_text_place(const std::string& account, const std::string& key_id);

}  // namespace fairway
