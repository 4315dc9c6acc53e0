#include "shared/gateway/app_key.h"

#include "shared/base/hash.h"
#include "shared/base/id.h"
#include "shared/base/outcome.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr std::string_view prefix = "fw_live_";
constexpr std::string_view kind = "key_";
constexpr size_t id_digits = 26;
constexpr size_t secret_digits = 2 * id_digits;
constexpr size_t check_digits = 8;
constexpr size_t account_bytes_max = 200;

std::string random_digits(std::string_view random) { return make_id("", random).substr(1); }

bool is_base32(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz") == std::string_view::npos;
}

}  // namespace

std::string make_app_key(std::string_view key_id, std::string_view account,
                         std::string_view random) {
  FAIRWAY_ASSERT(key_id.starts_with(kind) && key_id.size() == kind.size() + id_digits);
  FAIRWAY_ASSERT(random.size() == app_key_random_bytes && !account.empty());
  std::string text = cat({prefix, key_id.substr(kind.size()), "_", hex(account), "_",
                          random_digits(random.substr(0, id_random_bytes)),
                          random_digits(random.substr(id_random_bytes)), "_"});
  return text + blake3_hex(text, check_digits);
}

std::optional<AppKey> parse_app_key(std::string_view text) {
  if (!text.starts_with(prefix) || text.size() > 600) return std::nullopt;
  auto parts = split(text.substr(prefix.size()), '_');
  if (parts.size() != 4) return std::nullopt;
  auto key = parts[0], account = parts[1], secret = parts[2], check = parts[3];
  if (key.size() != id_digits || secret.size() != secret_digits || check.size() != check_digits) {
    return std::nullopt;
  }
  if (!is_base32(key) || !is_base32(secret)) return std::nullopt;
  if (blake3_hex(text.substr(0, text.size() - check_digits), check_digits) != check) {
    return std::nullopt;
  }
  auto owner = from_hex(account);
  if (!owner || owner->empty() || owner->size() > account_bytes_max) return std::nullopt;
  return AppKey{cat({kind, key}), std::move(*owner), blake3_hex(secret, 64)};
}

StorageCredential storage_credential(std::string_view key_id, std::string_view account,
                                     std::string_view secret_hash, std::string_view master) {
  return {cat({prefix, key_id.substr(kind.size()), "_", hex(account)}),
          blake3_hex(cat({master, " fairway storage ", secret_hash}), 64)};
}

std::optional<AppKey> parse_storage_id(std::string_view text) {
  if (!text.starts_with(prefix) || text.size() > 600) return std::nullopt;
  auto parts = split(text.substr(prefix.size()), '_');
  if (parts.size() != 2 || parts[0].size() != id_digits || !is_base32(parts[0])) {
    return std::nullopt;
  }
  auto owner = from_hex(parts[1]);
  if (!owner || owner->empty() || owner->size() > account_bytes_max) return std::nullopt;
  return AppKey{cat({kind, parts[0]}), std::move(*owner), ""};
}

std::string app_key_hint(std::string_view text) {
  return cat({text.substr(0, prefix.size() + 4), "...", text.substr(text.size() - 4)});
}

}  // namespace fairway
