// Sealed values: what a user or provider gave us in confidence, as it lies in the database.
//
// Envelope: each value has its own data key (AES-256-GCM), which is wrapped by the operator's key.
// The additional data of both is the value's place, account|table|column|row, so that a sealed
// value copied to another row or account does not open. Text form, versioned:
//   s1.<key id>.<nonce>.<wrapped data key>.<nonce>.<sealed text>     (all base64)
// The first key of CREDENTIALS_ENCRYPTION_KEY seals; every listed key opens, so keys can be
// rotated.
#pragma once

#include "shared/host/host.h"

namespace fairway {

struct SealPlace {
  std::string account;
  std::string table;
  std::string column;
  std::string row;
};

// Fails with report_bug `no_encryption_key` when the operator has set none.
Task<std::string> seal(Host& host, SealPlace place, std::string plaintext);

// Fails with report_bug: `seal_broken` (moved, cut or altered), `encryption_key_missing` (its key
// is no longer listed).
Task<std::string> unseal(Host& host, SealPlace place, std::string sealed);

}  // namespace fairway
