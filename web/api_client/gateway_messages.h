// What the edge says about services, keys and what they cost, as plain data. The rest of what it
// says is in messages.h; decode_gateway.cpp makes these from text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fairway::message {

enum class Payer : uint8_t { off, platform, own };

// A service that an app may call, and who pays for it.
struct Service {
  std::string service;
  std::string title;
  Payer payer = Payer::off;
  std::string own_key_hint;               // The last characters of the person's own key.
  std::string why_off;                    // Why the platform does not sell it; "" when it does.
  std::vector<std::string> variables;     // What the app gets.
  std::vector<std::string> set_by_owner;  // Which of them the person has set already.
};

struct AppKey {
  std::string id;
  std::string name;
  std::string hint;
  bool is_deployed = false;  // The one that a deployment gave its app.
  std::vector<std::string> services;
  std::vector<std::string> models;
  int64_t spend_limit_nanos = 0;
  int64_t requests_per_minute = 0;
  int64_t expires_at_ms = 0;
  int64_t created_at_ms = 0;
  int64_t last_used_at_ms = 0;
  int64_t cost_nanos = 0;
  std::string state;  // active, revoked, expired
  std::string text;   // Once, in the answer to making it.
};

// Keys of an app, and what all of them together may spend a month (0: no limit of its own).
struct AppKeys {
  std::vector<AppKey> keys;
  int64_t limit_nanos = 0;
  int64_t cost_nanos = 0;
};

struct UsageSum {
  std::string name;
  int64_t calls = 0;
  int64_t units = 0;
  int64_t cost_nanos = 0;
  int64_t previous_nanos = 0;  // Of apps: in the month before.
};

struct UsageDay {
  int64_t day = 0;  // Of the month, from 1.
  std::string service;
  int64_t calls = 0;
  int64_t cost_nanos = 0;
};

struct Usage {
  std::string month;  // "2026-11"
  int64_t from_ms = 0;
  int64_t until_ms = 0;
  int64_t now_ms = 0;
  int64_t cost_nanos = 0;
  int64_t lent_nanos = 0;
  int64_t limit_nanos = 0;
  int64_t forecast_nanos = 0;
  std::vector<UsageSum> services;
  std::vector<UsageSum> apps;
  std::vector<UsageSum> models;
  std::vector<UsageDay> days;
};

struct UsageCall {
  std::string id;
  int64_t at_ms = 0;
  std::string app_id;
  std::string service;
  std::string endpoint;
  std::string model;
  int64_t units = 0;
  std::string unit_type;
  int64_t cost_nanos = 0;
  int64_t hold_nanos = 0;
  int64_t latency_ms = 0;
  std::string outcome;
  std::string upstream_id;
  bool is_estimated = false;
  std::vector<std::pair<std::string, int64_t>> buckets;
};

struct PastMonth {
  std::string month;
  std::string service;
  int64_t calls = 0;
  int64_t cost_nanos = 0;
};

struct UsageCalls {
  std::vector<UsageCall> calls;
  std::string next_before;  // "" at the end.
  std::vector<PastMonth> months;
};

}  // namespace fairway::message
