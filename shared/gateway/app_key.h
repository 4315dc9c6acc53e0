// The key that a deployed app carries, in the place of the provider's own:
//   fw_live_<key>_<account>_<secret>_<check>
// key: the random part of the key's id; account: its owner's id in hexadecimal, so that the gateway
// finds both without a lookup; secret: 52 characters of base32; check: 8 hexadecimal digits over
// all before them, so that a mistyped key is refused before anybody is asked.
//
// The text is shown once and never stored: rows hold secret_hash. The secret has 260 random bits,
// so a plain hash is enough (there is nothing to guess by trying).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fairway {

struct AppKey {
  std::string key_id;  // "key_4k2m..."
  std::string account;
  std::string secret_hash;  // BLAKE3, hexadecimal
};

// Random bytes that a key's secret is made of.
constexpr size_t app_key_random_bytes = 34;

std::string make_app_key(std::string_view key_id, std::string_view account,
                         std::string_view random);
// Nothing when it is no key of ours, or a mistyped one.
std::optional<AppKey> parse_app_key(std::string_view text);
// The key as S3's clients hold it: an id that may travel in signed addresses, since it proves
// nothing, and a secret that signs and never travels. The secret is made from the key's hash and
// the operator's own key, so that neither the rows nor the operator's settings alone can sign.
struct StorageCredential {
  std::string id;  // "fw_live_<key>_<account>"
  std::string secret;
};
// `master`: bytes of a master key (host/settings.h).
StorageCredential storage_credential(std::string_view key_id, std::string_view account,
                                     std::string_view secret_hash, std::string_view master);
// Whose id it is, with no secret_hash; nothing when it is none.
std::optional<AppKey> parse_storage_id(std::string_view text);
// What lists show: "fw_live_4k2m...9f3a".
std::string app_key_hint(std::string_view text);

}  // namespace fairway
