#include "shared/secrets/secrets.h"

#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr std::string_view form = "s1";
constexpr size_t nonce_bytes = 12;
constexpr size_t key_bytes = 32;

// Lengths stand before the parts, so that no two places read the same.
std::string additional_data(const SealPlace& place, std::string_view layer,
                            std::string_view key_id) {
  std::string data;
  for (std::string_view part :
       {std::string_view(place.account), std::string_view(place.table),
        std::string_view(place.column), std::string_view(place.row), layer, key_id}) {
    data += cat({decimal(int64_t(part.size())), ":", part, "|"});
  }
  return data;
}

Failure broken(std::string why) {
  return report_bug("seal_broken", cat({"A sealed value could not be opened: ", why, "."}),
                    "Enter the value again; Fairway keeps no other copy.");
}

}  // namespace

Task<std::string> seal(Host& host, SealPlace place, std::string plaintext) {
  auto keys = master_keys(host.settings);
  if (keys.empty()) {
    co_return report_bug("no_encryption_key", "There is no key to seal secrets with.",
                         "The operator must set CREDENTIALS_ENCRYPTION_KEY.");
  }
  MasterKey master = keys.front();
  std::string data_key = host.random.bytes(key_bytes);
  std::string key_nonce = host.random.bytes(nonce_bytes);
  std::string text_nonce = host.random.bytes(nonce_bytes);
  std::string key_place = additional_data(place, "key", master.id);
  std::string text_place = additional_data(place, "text", master.id);
  auto wrapped = co_await host.crypto.seal(master.bytes, key_nonce, key_place, data_key);
  auto sealed = co_await host.crypto.seal(data_key, text_nonce, text_place, plaintext);
  co_return cat({form, ".", master.id, ".", base64(key_nonce), ".", base64(wrapped), ".",
                 base64(text_nonce), ".", base64(sealed)});
}

Task<std::string> unseal(Host& host, SealPlace place, std::string sealed) {
  auto parts = split(sealed, '.');
  if (parts.size() != 6 || parts[0] != form) co_return broken("it is not in a known form");
  std::string key_id(parts[1]);
  const MasterKey* master = nullptr;
  auto keys = master_keys(host.settings);
  for (const auto& key : keys) {
    if (key.id == key_id) master = &key;
  }
  if (master == nullptr) {
    co_return report_bug("encryption_key_missing",
                         cat({"The key ", key_id, " that sealed a value is not listed any more."}),
                         "The operator must list it in CREDENTIALS_ENCRYPTION_KEY again.");
  }
  auto key_nonce = from_base64(parts[2]), wrapped = from_base64(parts[3]);
  auto text_nonce = from_base64(parts[4]), text = from_base64(parts[5]);
  if (!key_nonce || !wrapped || !text_nonce || !text) co_return broken("it is cut or altered");
  std::string key_place = additional_data(place, "key", key_id);
  std::string text_place = additional_data(place, "text", key_id);
  auto data_key = co_await host.crypto.open(master->bytes, *key_nonce, key_place, *wrapped);
  co_return co_await host.crypto.open(data_key, *text_nonce, text_place, *text);
}

}  // namespace fairway
