// The dashboard's questions about services, keys and what they cost; rules as in api_client.h.
#pragma once

#include <string>
#include <vector>

#include "shared/host/host.h"
#include "web/api_client/gateway_messages.h"

namespace fairway::api_client {

struct ServiceChange {
  std::string service;
  message::Payer payer = message::Payer::off;
  std::string own_key;  // Needed once for `own`.
};
// Answers all services of the project as they are afterwards.
Task<std::vector<message::Service>> save_service(Host& host, std::string project_id,
                                                 ServiceChange change);
Task<std::vector<message::Service>> fetch_services(Host& host, std::string project_id);

struct NewKey {
  std::string name;
  std::vector<std::string> services;  // Empty: all.
  std::vector<std::string> models;
  int64_t spend_limit_nanos = 0;
  int64_t requests_per_minute = 0;
  int64_t expires_at_ms = 0;
};
Task<message::AppKeys> fetch_app_keys(Host& host, std::string app_id);
// Not repeated by itself: each answer is another key.
Task<message::AppKey> make_app_key(Host& host, std::string app_id, NewKey key);
Task<Done> revoke_app_key(Host& host, std::string key_id);

// A month's limit of the account (app_id "") or of an app (0: none of its own).
Task<Done> save_limit(Host& host, std::string app_id, int64_t limit_nanos);

// Of a month ("2026-11"), or of this one ("").
Task<message::Usage> fetch_usage(Host& host, std::string month);
// `query` as /api/usage/history takes it.
Task<message::UsageCalls> fetch_usage_calls(Host& host, std::string query);

}  // namespace fairway::api_client
