// Supabase's tokens: HS256 with the project's secret, ES256 with a key of its JWKS. The algorithms
// are ours to choose (RFC 8725 3.1): what the token says of keys and addresses is ignored, and a
// public key is never used as an HMAC secret, since each algorithm has its own kind of key.
#include "shared/api/api.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/host/patient.h"

namespace fairway {

namespace {

constexpr int64_t leeway_ms = 30 * second_ms;
constexpr int64_t keys_fresh_ms = 10 * minute_ms;
constexpr int64_t keys_retry_ms = 30 * second_ms;  // an unknown key id asks at most so often
constexpr size_t token_bytes_max = 8'192;
constexpr std::string_view audience = "authenticated";

Failure signed_out(std::string_view why) {
  return ask_permission("signed_out", cat({"You are not signed in: ", why, "."}),
                        "Sign in again; nothing is lost.");
}

struct Token {
  Json header;
  Json claims;
  std::string signed_text;
  std::string signature;
};

std::optional<Json> decoded_json(std::string_view part) {
  auto bytes = from_base64(part);
  if (!bytes) return std::nullopt;
  auto json = parse_json(*bytes);
  if (!json.ok() || !json->is_object()) return std::nullopt;
  return std::move(*json);
}

std::optional<Token> read_token(const std::string& text) {
  if (text.size() > token_bytes_max) return std::nullopt;
  auto parts = split(text, '.');
  if (parts.size() != 3) return std::nullopt;
  auto header = decoded_json(parts[0]), claims = decoded_json(parts[1]);
  auto signature = from_base64(parts[2]);
  if (!header || !claims || !signature) return std::nullopt;
  return Token{std::move(*header), std::move(*claims), cat({parts[0], ".", parts[1]}),
               std::move(*signature)};
}

bool has_audience(const Json& claims) {
  const Json& found = member(claims, "aud");
  if (found.is_string()) return found.get<std::string>() == audience;
  if (!found.is_array()) return false;
  for (const Json& item : found) {
    if (item.is_string() && item.get<std::string>() == audience) return true;
  }
  return false;
}

// Seconds since 1970 as milliseconds; some issuers write fractions.
std::optional<int64_t> instant_ms(const Json& claims, std::string_view name) {
  const Json& found = member(claims, name);
  if (!found.is_number()) return std::nullopt;
  double seconds = found.get<double>();
  if (!(seconds >= 0 && seconds < 1e12)) return std::nullopt;
  return int64_t(seconds * 1000);
}

std::optional<Failure> why_not_valid(const Settings& settings, const Json& claims, int64_t now_ms) {
  auto expires_at_ms = instant_ms(claims, "exp");
  if (!expires_at_ms) return signed_out("the token never expires");
  if (now_ms > *expires_at_ms + leeway_ms) return signed_out("the session has expired");
  auto begins_at_ms = instant_ms(claims, "nbf");
  if (begins_at_ms && now_ms + leeway_ms < *begins_at_ms) return signed_out("it is not valid yet");
  std::string issuer = cat({settings.supabase_url, "/auth/v1"});
  if (text_or(claims, "iss", "") != issuer) return signed_out("somebody else issued the token");
  if (!has_audience(claims)) return signed_out("the token is for something else");
  const Json& anonymous = member(claims, "is_anonymous");
  if (anonymous.is_boolean() && anonymous.get<bool>()) {
    return signed_out("anonymous visitors cannot deploy");
  }
  if (text_or(claims, "sub", "").empty()) return signed_out("the token names nobody");
  return std::nullopt;
}

std::vector<KeyCache::Key> keys_of(const Json& jwks) {
  std::vector<KeyCache::Key> keys;
  const Json& list = member(jwks, "keys");
  if (!list.is_array()) return keys;
  for (const Json& item : list) {
    if (text_or(item, "kty", "") != "EC" || text_or(item, "crv", "") != "P-256") continue;
    auto x = from_base64(text_or(item, "x", "")), y = from_base64(text_or(item, "y", ""));
    if (!x || !y || x->size() != 32 || y->size() != 32) continue;
    keys.push_back({text_or(item, "kid", ""), {std::move(*x), std::move(*y)}});
  }
  return keys;
}

Task<Done> fetch_keys(Host& host, KeyCache& cache) {
  HttpRequest request;
  request.url = host.settings.supabase_jwks_url.empty()
                    ? cat({host.settings.supabase_url, "/auth/v1/.well-known/jwks.json"})
                    : host.settings.supabase_jwks_url;
  request.timeout_ms = 10 * second_ms;
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  auto json = parse_json(response.body);
  if (response.status != 200 || !json.ok()) {
    co_return retry_later("keys_unreadable", "The keys of the sign-in service cannot be read.");
  }
  cache.keys = keys_of(*json);
  cache.fetched_at_ms = host.clock.now_ms();
  co_return Done{};
}

const KeyCache::Key* find_key(const KeyCache& cache, std::string_view id) {
  for (const auto& key : cache.keys) {
    if (key.id == id) return &key;
  }
  return nullptr;
}

Task<Crypto::P256PublicKey> key_for(Host& host, KeyCache& cache, std::string id) {
  int64_t age_ms = host.clock.now_ms() - cache.fetched_at_ms;
  bool is_stale = cache.fetched_at_ms == 0 || age_ms > keys_fresh_ms;
  bool is_unknown = find_key(cache, id) == nullptr && age_ms > keys_retry_ms;
  if (is_stale || is_unknown) co_await fetch_keys(host, cache);
  const auto* key = find_key(cache, id);
  if (key == nullptr) co_return signed_out("nobody knows the key that signed the token");
  co_return key->point;
}

Task<bool> is_signed(Host& host, KeyCache& keys, Token token) {
  std::string algorithm = text_or(token.header, "alg", "");
  if (algorithm == "HS256" && !host.settings.supabase_jwt_secret.empty()) {
    auto expected =
        co_await host.crypto.hmac_sha256(host.settings.supabase_jwt_secret, token.signed_text);
    co_return equal_in_constant_time(expected, token.signature);
  }
  if (algorithm == "ES256" && token.signature.size() == 64) {
    auto key = co_await key_for(host, keys, text_or(token.header, "kid", ""));
    auto verdict = co_await host.crypto.es256_verify(key, token.signature, token.signed_text);
    co_return verdict == Crypto::Verdict::valid;
  }
  co_return false;
}

}  // namespace

Task<User> verify_token(Host& host, KeyCache& keys, std::string text) {
  auto token = read_token(text);
  if (!token) co_return signed_out("the token is no token");
  if (auto failure = why_not_valid(host.settings, token->claims, host.clock.now_ms())) {
    co_return *failure;
  }
  User user{text_or(token->claims, "sub", ""), text_or(token->claims, "email", ""),
            *instant_ms(token->claims, "exp") + leeway_ms};
  auto genuine = co_await is_signed(host, keys, std::move(*token));
  if (!genuine) co_return signed_out("the token's signature is wrong");
  co_return user;
}

}  // namespace fairway
