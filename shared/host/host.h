// The outside world as one struct of ports. Implemented by the edge worker and the browser (both
// through the wall), by the native command line, and by World, the simulation of the tests.
//
// Only ports are interfaces. Database is synchronous everywhere; all other ports that wait are
// awaited. A port fails only by an Outcome: `retry_later` where the outside did not answer.
//
// A turn of the Loop is a transaction: everything that it writes to the Database is kept together,
// or, when the turn traps or the machine dies before its end, not at all. Whatever leaves the Host
// afterwards (a request, an answer) leaves after those writes are durable. So intents are written
// before the call that they announce, in the same turn, and no BEGIN or COMMIT stands in the core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/base/task.h"
#include "shared/host/settings.h"

namespace fairway {

struct Header {
  std::string name;  // lower case in responses
  std::string value;
};

// One piece of a request's body; pieces are sent one after another. Blob pieces are streamed by the
// host from the blob store and never enter this memory.
struct BodyPiece {
  enum class Kind { bytes, blob, blob_part, blob_base64 };
  Kind kind = Kind::bytes;
  std::string text;  // the bytes, or the key of the blob
  // Of a blob_part; it lies inside the blob.
  int64_t offset = 0;
  int64_t size_bytes = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  std::vector<BodyPiece> body;
  int64_t timeout_ms = 30'000;
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;  // at most limits::answer_bytes_max

  // The header's value, or "" when absent; `name` in lower case.
  std::string_view header(std::string_view name) const;
};

// Fails with retry_later `no_answer` (refused, timed out, cut off): the request may or may not have
// had its effect. Any status is a success here. Redirects are not followed.
class Http {
 public:
  virtual Task<HttpResponse> send(HttpRequest request) = 0;

 protected:
  ~Http() = default;
};

struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};
using Value = std::variant<std::monostate, int64_t, double, std::string, Bytes>;

// One row of an answer. Asking for a class that the value does not have is our own mistake.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  bool is_null(size_t column) const;
  int64_t integer(size_t column) const;
  int64_t integer_or(size_t column, int64_t otherwise) const;
  const std::string& text(size_t column) const;
  std::string text_or(size_t column, std::string_view otherwise) const;
  const Value& value(size_t column) const { return values_.at(column); }
  size_t size() const { return values_.size(); }

 private:
  std::vector<Value> values_;
};

struct Rows {
  std::vector<Row> rows;
  int64_t changes = 0;  // rows that the statement inserted, updated or deleted
};

// SQLite. A statement that is refused (bad SQL, a constraint) is our own mistake and traps; use
// INSERT ... ON CONFLICT and look at `changes` where a conflict is expected. Integers beyond 2^53
// do not pass the edge: no column holds them.
class Database {
 public:
  virtual Rows run(std::string_view sql, std::vector<Value> values) = 0;
  Rows run(std::string_view sql) { return run(sql, {}); }

 protected:
  ~Database() = default;
};

// The blob store: immutable values under keys "<account>/<sha256>". Writing twice is harmless.
class Blobs {
 public:
  virtual Task<Done> write(std::string key, std::string bytes) = 0;
  // At most `size` bytes from `offset`; fails with `blob_missing`.
  virtual Task<std::string> read(std::string key, int64_t offset, int64_t size) = 0;
  // The size in bytes, or -1 when there is none.
  virtual Task<int64_t> size(std::string key) = 0;
  virtual Task<Done> remove(std::string key) = 0;

 protected:
  ~Blobs() = default;
};

class Clock {
 public:
  virtual int64_t now_ms() = 0;
  virtual Task<Done> sleep_ms(int64_t span_ms) = 0;

 protected:
  ~Clock() = default;
};

class Random {
 public:
  virtual std::string bytes(size_t size) = 0;

 protected:
  ~Random() = default;
};

// Keys and secrets cross as bytes and are never logged. open and verify answer what they found;
// they fail only when the platform's cryptography itself is not there.
class Crypto {
 public:
  virtual Task<std::string> sha256(std::string bytes) = 0;
  virtual Task<std::string> hmac_sha256(std::string key, std::string bytes) = 0;
  // AES-256-GCM with a 96-bit nonce; the answer is ciphertext and 128-bit tag.
  virtual Task<std::string> seal(std::string key, std::string nonce, std::string additional_data,
                                 std::string plaintext) = 0;
  // Fails with report_bug `seal_broken` when key, nonce, additional data or text do not belong
  // together.
  virtual Task<std::string> open(std::string key, std::string nonce, std::string additional_data,
                                 std::string sealed) = 0;
  struct P256PublicKey {
    std::string x, y;  // 32 bytes each
  };
  enum class Verdict { valid, invalid };
  // ECDSA P-256 with SHA-256; the signature is r and s, 64 bytes (RFC 7518 3.4).
  virtual Task<Verdict> es256_verify(P256PublicKey key, std::string signature,
                                     std::string bytes) = 0;

 protected:
  ~Crypto() = default;
};

struct Host {
  Http& http;
  Database& database;
  Blobs& blobs;
  Clock& clock;
  Random& random;
  Crypto& crypto;
  const Settings& settings;
};

// An id of our own, as base/id.h describes it.
std::string new_id(Host& host, std::string_view kind);

BodyPiece bytes_piece(std::string bytes);
BodyPiece blob_piece(std::string key);
BodyPiece blob_part_piece(std::string key, int64_t offset, int64_t size_bytes);
BodyPiece blob_base64_piece(std::string key);

}  // namespace fairway
