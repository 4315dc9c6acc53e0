// The outside world for the command line: HTTP by libcurl, the system's clock and random bytes,
// SHA-256 by OpenSSL, blobs in memory. Everything waits where it is asked, one thing at a time.
//
//   NativeHost native;
//   auto rows = native.run(run_statement(native.host, access, {"SELECT 1", {}}));
//
// Not there: a database of its own and the keys of the edge; asking for them is our own mistake.
#pragma once

#include <map>

#include "shared/host/host.h"

namespace fairway::cli {

class CurlHttp final : public Http {
 public:
  CurlHttp();
  CurlHttp(const CurlHttp&) = delete;
  CurlHttp& operator=(const CurlHttp&) = delete;
  ~CurlHttp();
  // `hint` of the failure has libcurl's words. The connection is kept for the next request.
  Task<HttpResponse> send(HttpRequest request) override;

  Blobs* blobs = nullptr;

 private:
  void* curl_;
};

class MemoryBlobs final : public Blobs {
 public:
  Task<Done> write(std::string key, std::string bytes) override;
  Task<std::string> read(std::string key, int64_t offset, int64_t size) override;
  Task<int64_t> size(std::string key) override;
  Task<Done> remove(std::string key) override;
  const std::string* find(const std::string& key) const;

 private:
  std::map<std::string, std::string> blobs_;
};

class SystemClock final : public Clock {
 public:
  int64_t now_ms() override;
  Task<Done> sleep_ms(int64_t span_ms) override;
};

class SystemRandom final : public Random {
 public:
  std::string bytes(size_t size) override;
};

class OpenSslCrypto final : public Crypto {
 public:
  Task<std::string> sha256(std::string bytes) override;
  Task<std::string> hmac_sha256(std::string key, std::string bytes) override;
  Task<std::string> seal(std::string key, std::string nonce, std::string additional_data,
                         std::string plaintext) override;
  Task<std::string> open(std::string key, std::string nonce, std::string additional_data,
                         std::string sealed) override;
  Task<Verdict> es256_verify(P256PublicKey key, std::string signature, std::string bytes) override;
};

class NoDatabase final : public Database {
 public:
  Rows run(std::string_view sql, std::vector<Value> values) override;
};

struct NativeHost {
  NativeHost();

  // To its end.
  template <typename T>
  Outcome<T> run(Task<T> task) {
    Loop loop;
    task.start(loop);
    loop.run();
    FAIRWAY_ASSERT(task.ended());
    return task.take();
  }

  CurlHttp http;
  NoDatabase database;
  MemoryBlobs blobs;
  SystemClock clock;
  SystemRandom random;
  OpenSslCrypto crypto;
  Settings settings;
  Host host;
};

// Lower-case hex. Cost: one pass at about 2 GB/s where the machine has instructions for it.
std::string sha256_hex(std::string_view bytes);

}  // namespace fairway::cli
