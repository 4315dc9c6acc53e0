// The two ends of the talk between a key's meter and its account, as JSON. The account answers in
// its own turn; every question is safe to repeat.
//   {"verb":"open","key_id","epoch","rows"}                    -> {"grant"}
//   {"verb":"lend","key_id","epoch","loan","nanos_min","nanos_wanted"}
//                                     -> {"nanos","scope","limit_nanos","posted_nanos","borrowers"}
//   {"verb":"settle","key_id","epoch","rows","return","returned_nanos"}  -> {}
//   {"verb":"grant","key_id"}  -> {"grant"}   asked by the account's own shell, to tell a meter
// or {"failure"} in the form of base/json.h.
#pragma once

#include "shared/gateway/meter.h"
#include "shared/gateway/services.h"

namespace fairway {

struct Books {
  Database& database;
  const Settings& settings;
  std::string account;
  int64_t now_ms = 0;
  OpenedKeys own_keys = {};  // of the key in question; needed by open and grant
};
Json serve_meter(const Books& books, const Json& question);

// What the account tells a meter of a key.
KeyGrant grant_of(const Books& books, const AppKeyRow& key);

}  // namespace fairway
