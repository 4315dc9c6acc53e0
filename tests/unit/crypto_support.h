// The Crypto port with the real algorithms, for tests on every kind of machine: SHA-256, HMAC,
// AES-256-GCM and ECDSA P-256, checked against published vectors in secrets_crypto_test.cpp. Plain
// and slow, not hardened against anything: never for the product, which asks the platform.
#pragma once

#include "shared/host/host.h"

namespace fairway::test {

std::string sha256_of(std::string_view bytes);
std::string hmac_sha256_of(std::string_view key, std::string_view bytes);

// A private key for ES256; `secret` and `once` (never the same for two texts) have 32 bytes.
Crypto::P256PublicKey p256_public_key(std::string_view secret);
std::string es256_sign(std::string_view secret, std::string_view once, std::string_view bytes);

class PlainCrypto final : public Crypto {
 public:
  Task<std::string> sha256(std::string bytes) override;
  Task<std::string> hmac_sha256(std::string key, std::string bytes) override;
  Task<std::string> seal(std::string key, std::string nonce, std::string additional_data,
                         std::string plaintext) override;
  Task<std::string> open(std::string key, std::string nonce, std::string additional_data,
                         std::string sealed) override;
  Task<Verdict> es256_verify(P256PublicKey key, std::string signature, std::string bytes) override;
};

}  // namespace fairway::test
