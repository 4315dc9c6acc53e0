// Sign-in tokens: the two kinds that are accepted, and everything that only looks like one.
#include <doctest/doctest.h>

#include "tests/unit/api_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

const Json hs256{{"alg", "HS256"}, {"typ", "JWT"}};

Outcome<User> verify(TestHost& lab, std::string token) {
  KeyCache keys;
  return lab.run(verify_token(lab.host, keys, std::move(token)));
}

// "" where the token is accepted.
std::string refusal(TestHost& lab, std::string token) {
  auto user = verify(lab, std::move(token));
  if (user.ok()) return "";
  CHECK(user.failure().code == "signed_out");
  CHECK(user.failure().reaction == Reaction::ask_permission);
  return user.failure().message;
}

std::string refusal_with(TestHost& lab, std::string_view claim, Json value) {
  Json claims = good_claims(lab);
  claims[std::string(claim)] = std::move(value);
  return refusal(lab, hs256_token(hs256, claims, lab.settings.supabase_jwt_secret));
}

bool is_about(const std::string& message, std::string_view words) {
  return message.find(words) != std::string::npos;
}

TEST_CASE("HS256 with the project's secret: the user is the token's") {
  TestHost lab;
  auto user = verify(lab, good_token(lab));
  REQUIRE(user.ok());
  CHECK(user->id == "5f0c9d3e-ann");
  CHECK(user->email == "ann@example.com");
  CHECK(lab.script.received.empty());
  CHECK(
      is_about(refusal(lab, hs256_token(hs256, good_claims(lab), "another secret")), "signature"));
  CHECK(is_about(refusal(lab, hs256_token(hs256, good_claims(lab), "")), "signature"));
}

TEST_CASE("Without a secret no HS256 token is good, not even one signed with nothing") {
  TestHost lab;
  lab.settings.supabase_jwt_secret = "";
  CHECK(is_about(refusal(lab, hs256_token(hs256, good_claims(lab), "")), "signature"));
}

TEST_CASE("Claims: issuer, audience, subject and times must be right") {
  TestHost lab;
  int64_t now_s = lab.world.now / second_ms;
  CHECK(is_about(refusal_with(lab, "iss", "https://evil.example.com/auth/v1"), "somebody else"));
  CHECK(is_about(refusal_with(lab, "iss", lab.settings.supabase_url), "somebody else"));
  CHECK(is_about(refusal_with(lab, "iss", nullptr), "somebody else"));
  CHECK(is_about(refusal_with(lab, "iss", Json::array({"x"})), "somebody else"));
  CHECK(is_about(refusal_with(lab, "aud", "anon"), "something else"));
  CHECK(is_about(refusal_with(lab, "aud", nullptr), "something else"));
  CHECK(is_about(refusal_with(lab, "aud", Json::array()), "something else"));
  CHECK(refusal_with(lab, "aud", Json::array({"other", "authenticated"})) == "");
  CHECK(is_about(refusal_with(lab, "sub", ""), "names nobody"));
  CHECK(is_about(refusal_with(lab, "sub", 7), "names nobody"));
  CHECK(is_about(refusal_with(lab, "is_anonymous", true), "anonymous"));
  CHECK(refusal_with(lab, "is_anonymous", false) == "");
  CHECK(is_about(refusal_with(lab, "exp", now_s - 31), "expired"));
  CHECK(refusal_with(lab, "exp", now_s - 29) == "");
  CHECK(refusal_with(lab, "exp", double(now_s) + 0.5) == "");
  for (const Json& never : {Json(), Json("soon"), Json(-1), Json(1e300), Json::array()}) {
    CHECK(is_about(refusal_with(lab, "exp", never), "never expires"));
  }
  CHECK(is_about(refusal_with(lab, "nbf", now_s + 60), "not valid yet"));
  CHECK(refusal_with(lab, "nbf", now_s + 20) == "");
  CHECK(refusal_with(lab, "email", nullptr) == "");
}

TEST_CASE("Algorithms that are not ours are refused, whatever signs them") {
  TestHost lab;
  Json claims = good_claims(lab);
  const std::string& secret = lab.settings.supabase_jwt_secret;
  for (const char* algorithm : {"none", "None", "NONE", "", "HS384", "hs256", "RS256", "ES384"}) {
    Json header{{"alg", algorithm}};
    CHECK_MESSAGE(is_about(refusal(lab, token_text(header, claims, "")), "signature"), algorithm);
    CHECK_MESSAGE(is_about(refusal(lab, hs256_token(header, claims, secret)), "signature"),
                  algorithm);
  }
  for (const Json& header : {Json::object(), Json{{"alg", nullptr}}, Json{{"alg", {"HS256"}}}}) {
    CHECK(is_about(refusal(lab, hs256_token(header, claims, secret)), "signature"));
  }
}

// Serves a list of public keys and counts how often it is asked.
void serve_keys(TestHost& lab, Json keys) {
  lab.script.reply = [keys = std::move(keys)](const Script::Received& received) {
    CHECK(received.request.url == "https://id.example.com/auth/v1/.well-known/jwks.json");
    return answer_of(200, to_text({{"keys", keys}}));
  };
}

TEST_CASE("ES256 with a key of the provider's list; the keys are asked for once in ten minutes") {
  TestHost lab;
  EcKey key(1);
  serve_keys(lab, {EcKey(2).jwk("other"), key.jwk("one")});
  KeyCache cache;
  auto verdict = [&] {
    auto token = key.token("one", good_claims(lab));
    return code_of(lab.run(verify_token(lab.host, cache, token)));
  };
  CHECK(verdict() == "");
  CHECK(verdict() == "");
  CHECK(lab.script.received.size() == 1);
  lab.world.now += 10 * minute_ms + 1;
  CHECK(verdict() == "");
  CHECK(lab.script.received.size() == 2);
}

TEST_CASE("Rotation: a new key is fetched when a token names it, an old one dies with the list") {
  TestHost lab;
  EcKey old_key(1), new_key(2);
  serve_keys(lab, Json::array({old_key.jwk("old")}));
  KeyCache cache;
  auto verdict = [&](const EcKey& key, std::string_view kid) {
    auto token = key.token(kid, good_claims(lab));
    return code_of(lab.run(verify_token(lab.host, cache, token)));
  };
  CHECK(verdict(old_key, "old") == "");
  lab.world.now += minute_ms;
  serve_keys(lab, Json::array({new_key.jwk("new")}));
  CHECK(verdict(new_key, "new") == "");
  CHECK(lab.script.received.size() == 2);
  CHECK(verdict(old_key, "old") == "signed_out");
}

TEST_CASE("Unknown keys do not make the edge ask without end") {
  TestHost lab;
  serve_keys(lab, Json::array({EcKey(1).jwk("one")}));
  KeyCache cache;
  for (int i = 0; i < 20; ++i) {
    auto token = EcKey(3).token(cat({"unknown", decimal(i)}), good_claims(lab));
    CHECK(code_of(lab.run(verify_token(lab.host, cache, token))) == "signed_out");
  }
  CHECK(lab.script.received.size() == 1);
}

TEST_CASE("A signature by another key, of another text, or of another size is refused") {
  TestHost lab;
  EcKey key(1);
  serve_keys(lab, Json::array({key.jwk("one")}));
  CHECK(refusal(lab, key.token("one", good_claims(lab))) == "");
  CHECK(is_about(refusal(lab, EcKey(2).token("one", good_claims(lab))), "signature"));
  std::string token = key.token("one", good_claims(lab));
  auto parts = split(token, '.');
  Json other = good_claims(lab);
  other["sub"] = "somebody else";
  CHECK(is_about(refusal(lab, cat({parts[0], ".", base64_url(to_text(other)), ".", parts[2]})),
                 "signature"));
  for (size_t size : {0, 32, 63, 65, 128}) {
    Json header{{"alg", "ES256"}, {"kid", "one"}};
    CHECK(is_about(refusal(lab, token_text(header, good_claims(lab), std::string(size, 'x'))),
                   "signature"));
  }
}

TEST_CASE("A public key is never taken for a shared secret") {
  TestHost lab;
  EcKey key(1);
  serve_keys(lab, Json::array({key.jwk("one")}));
  auto point = p256_public_key(key.secret);
  Json header{{"alg", "HS256"}, {"kid", "one"}};
  for (const std::string& secret : {point.x, point.x + point.y, "\x04" + point.x + point.y,
                                    to_text(key.jwk("one")), base64_url(point.x)}) {
    CHECK(is_about(refusal(lab, hs256_token(header, good_claims(lab), secret)), "signature"));
  }
}

TEST_CASE("What a token says of keys and their addresses is not listened to") {
  TestHost lab;
  EcKey ours(1), theirs(2);
  serve_keys(lab, Json::array({ours.jwk("one")}));
  Json header{{"alg", "ES256"},
              {"kid", "one"},
              {"jku", "https://evil.example.com/keys"},
              {"x5u", "https://evil.example.com/cert"},
              {"jwk", theirs.jwk("one")}};
  std::string signed_text =
      cat({base64_url(to_text(header)), ".", base64_url(to_text(good_claims(lab)))});
  auto signature = es256_sign(theirs.secret, sha256_of("x"), signed_text);
  CHECK(is_about(refusal(lab, cat({signed_text, ".", base64_url(signature)})), "signature"));
  CHECK(lab.script.received.size() == 1);
}

TEST_CASE("Lists of keys of any shape: what is no key of P-256 is left out") {
  TestHost lab;
  EcKey key(1);
  Json good = key.jwk("one"), bad_x = good, other_curve = good, no_kid = good;
  bad_x["x"] = "????", other_curve["crv"] = "P-384", no_kid.erase("kid");
  for (const Json& keys :
       {Json(), Json(7), Json("x"), Json::array(), Json::array({nullptr, 7}), Json::array({bad_x}),
        Json::array({other_curve}), Json::array({no_kid})}) {
    serve_keys(lab, keys);
    CHECK(is_about(refusal(lab, key.token("one", good_claims(lab))), "nobody knows the key"));
  }
  serve_keys(lab, Json::array({nullptr, bad_x, other_curve, good}));
  CHECK(refusal(lab, key.token("one", good_claims(lab))) == "");
}

TEST_CASE("A list that cannot be read is a matter of time, not of the visitor") {
  TestHost lab;
  EcKey key(1);
  for (auto [status, body] : {std::pair(200, "<html>"), std::pair(404, "{}"), std::pair(500, "")}) {
    lab.script.reply = [=](const Script::Received&) { return answer_of(status, body); };
    auto user = verify(lab, key.token("one", good_claims(lab)));
    REQUIRE(!user.ok());
    CHECK(user.failure().reaction == Reaction::retry_later);
  }
}

TEST_CASE("Texts that are no tokens are refused without a question to anybody") {
  TestHost lab;
  std::string good = good_token(lab);
  auto parts = split(good, '.');
  std::vector<std::string> texts = {
      "",
      ".",
      "..",
      "...",
      "a.b.c",
      good + ".",
      "." + good,
      good + ".x",
      good + "?",
      " " + good,
      good + "\n",
      cat({parts[0], ".", parts[1]}),
      cat({parts[0], ".", parts[1], "."}),
      cat({"", ".", parts[1], ".", parts[2]}),
      cat({parts[0], "..", parts[2]}),
      cat({base64_url("[]"), ".", parts[1], ".", parts[2]}),
      cat({parts[0], ".", base64_url("7"), ".", parts[2]}),
      cat({base64_url(std::string(6'000, '[')), ".", parts[1], ".", parts[2]}),
      good + std::string(9'000, 'A'),
      std::string(1 << 20, '.'),
      std::string(1 << 20, 'A')};
  for (const auto& text : texts) {
    CHECK_MESSAGE(refusal(lab, text) != "", text.substr(0, 80));
  }
  CHECK(lab.script.received.empty());
}

TEST_CASE("One changed bit at any place of a token is seen") {
  TestHost lab;
  const std::string good = good_token(lab);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = char(changed[at] ^ 1);
    CHECK_MESSAGE(refusal(lab, changed) != "", at);
  }
}

}  // namespace
