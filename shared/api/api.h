// The HTTP API of the edge: who asks (authenticate), and what they get (answer_request). The routes
// stand in one table, router.cpp; each answer is JSON. Errors have one form and one mapping to a
// status, in respond.cpp:
//   {"error":{"reaction","code","message","hint","request_id"}}
//
// Tenants are apart by construction: an account's request runs on the account's own database, and
// the account's id, taken from the verified token, is part of every blob's key.
#pragma once

#include "shared/base/json.h"
#include "shared/host/host.h"

namespace fairway {

struct User {
  std::string id;
  std::string email;
  int64_t valid_until_ms = 0;  // of the token that said so, with the leeway for clocks
};

struct ApiRequest {
  std::string method;
  std::string scheme;  // of the address that the browser used: "https", "http"
  std::string host;    // and its host, with the port
  std::string path;
  std::string query;
  std::vector<Header> headers;  // names in lower case
  std::string body;
  std::optional<User> user;  // nothing for open routes
  std::string request_id;
  bool is_schema_up = false;  // whoever asks has called bring_schema_up on this database

  std::string_view header(std::string_view name) const;
};

struct ApiResponse {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
};

// --- respond.cpp ---

int http_status_of(const Failure& failure);
ApiResponse json_response(const Json& json);
ApiResponse accepted_response(const Json& json);
ApiResponse empty_response();
ApiResponse failure_response(const Failure& failure, std::string_view request_id);

// --- authenticate.cpp, jwt.cpp ---

// The public keys of the identity provider, kept by whoever serves several requests.
struct KeyCache {
  struct Key {
    std::string id;
    Crypto::P256PublicKey point;
  };
  std::vector<Key> keys;
  int64_t fetched_at_ms = 0;
};

// The user whose token the request carries, as a bearer or in the session cookie. A cookie alone
// does not suffice to change anything: then the header `x-fairway: 1` must stand beside it, which
// no foreign page can send. ask_permission `signed_out` (no token, expired, not verifiable) and
// `forged_request`. Cost: one signature; the keys are fetched once in ten minutes.
Task<User> authenticate(Host& host, KeyCache& keys, ApiRequest request);
// The same for a token alone.
Task<User> verify_token(Host& host, KeyCache& keys, std::string token);

// --- router.cpp ---

// True for routes that need no user and no account.
bool is_open_route(std::string_view path);
// Answers a request; whatever stops it is already in the answer. Open routes need no database. With
// `is_schema_up`, GET writes nothing.
Task<ApiResponse> answer_request(Host& host, KeyCache& keys, ApiRequest request);

// --- schema.cpp ---

// Brings an account's database to the newest schema, step by step; costs two small reads when there
// is nothing to do. Called before anything else on an account.
void bring_schema_up(Database& database);

}  // namespace fairway
