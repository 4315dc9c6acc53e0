// Tokens as the identity provider signs them, and requests as the edge's front hands them on.
#pragma once

#include "shared/api/api.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "tests/unit/host_support.h"

namespace fairway::test {

// Unpadded and URL-safe, as RFC 7515 wants it.
inline std::string base64_url(std::string_view bytes) {
  std::string text = replace_all(replace_all(base64(bytes), "+", "-"), "/", "_");
  while (text.ends_with('=')) text.pop_back();
  return text;
}

inline Json good_claims(TestHost& lab) {
  int64_t now_s = lab.world.now / second_ms;
  return {{"iss", lab.settings.supabase_url + "/auth/v1"},
          {"sub", "5f0c9d3e-ann"},
          {"aud", "authenticated"},
          {"email", "ann@example.com"},
          {"iat", now_s - 60},
          {"exp", now_s + 3600}};
}

inline std::string token_text(const Json& header, const Json& claims, std::string_view signature) {
  return cat(
      {base64_url(to_text(header)), ".", base64_url(to_text(claims)), ".", base64_url(signature)});
}

inline std::string hs256_token(const Json& header, const Json& claims, std::string_view secret) {
  std::string signed_text = cat({base64_url(to_text(header)), ".", base64_url(to_text(claims))});
  return cat({signed_text, ".", base64_url(hmac_sha256_of(secret, signed_text))});
}

inline std::string good_token(TestHost& lab) {
  return hs256_token({{"alg", "HS256"}, {"typ", "JWT"}}, good_claims(lab),
                     lab.settings.supabase_jwt_secret);
}

// One key pair; every `number` is another one.
struct EcKey {
  explicit EcKey(int number) : secret(sha256_of(cat({"key ", decimal(number)}))) {}
  std::string secret;

  Json jwk(std::string_view kid) const {
    auto point = p256_public_key(secret);
    return {{"kty", "EC"},
            {"crv", "P-256"},
            {"kid", kid},
            {"alg", "ES256"},
            {"use", "sig"},
            {"x", base64_url(point.x)},
            {"y", base64_url(point.y)}};
  }
  std::string token(std::string_view kid, const Json& claims) const {
    Json header{{"alg", "ES256"}, {"typ", "JWT"}, {"kid", kid}};
    std::string signed_text = cat({base64_url(to_text(header)), ".", base64_url(to_text(claims))});
    auto signature = es256_sign(secret, sha256_of(signed_text), signed_text);
    return cat({signed_text, ".", base64_url(signature)});
  }
};

inline ApiRequest api_request(std::string method, std::string path, std::string body = "") {
  ApiRequest request;
  request.method = std::move(method);
  request.scheme = "https";
  request.path = std::move(path);
  request.body = std::move(body);
  request.request_id = "req_1";
  return request;
}

}  // namespace fairway::test
