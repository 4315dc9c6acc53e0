#include "cli/native_host.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <time.h>

#include <algorithm>

#include "shared/base/limits.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

struct Received {
  HttpResponse response;
  bool is_too_large = false;
};

size_t take_body(char* bytes, size_t size, size_t count, void* context) {
  auto& received = *static_cast<Received*>(context);
  auto& body = received.response.body;
  if (body.size() + size * count > static_cast<size_t>(limits::answer_bytes_max)) {
    received.is_too_large = true;
    return 0;
  }
  body.append(bytes, size * count);
  return size * count;
}

size_t take_header(char* bytes, size_t size, size_t count, void* context) {
  const std::string_view line(bytes, size * count);
  auto& headers = static_cast<Received*>(context)->response.headers;
  if (line.starts_with("HTTP/")) headers.clear();  // an interim answer came before
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    headers.push_back(
        {lower_ascii(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  return size * count;
}

std::string whole_body(const HttpRequest& request, const MemoryBlobs& blobs) {
  std::string whole;
  for (const auto& piece : request.body) {
    if (piece.kind == BodyPiece::Kind::bytes) {
      whole += piece.text;
      continue;
    }
    const std::string* bytes = blobs.find(piece.text);
    FAIRWAY_ASSERT(bytes != nullptr);
    if (piece.kind == BodyPiece::Kind::blob) whole += *bytes;
    if (piece.kind == BodyPiece::Kind::blob_base64) whole += base64(*bytes);
    if (piece.kind == BodyPiece::Kind::blob_part) {
      whole +=
          bytes->substr(static_cast<size_t>(piece.offset), static_cast<size_t>(piece.size_bytes));
    }
  }
  return whole;
}

Failure no_answer(std::string words) {
  return retry_later("no_answer", "The server did not answer.", std::move(words));
}

}  // namespace

CurlHttp::CurlHttp() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_ = curl_easy_init();
  FAIRWAY_ASSERT(curl_ != nullptr);
}

CurlHttp::~CurlHttp() {
  curl_easy_cleanup(curl_);
  curl_global_cleanup();
}

Task<HttpResponse> CurlHttp::send(HttpRequest request) {
  CURL* curl = curl_;
  curl_easy_reset(curl);
  Received received;
  const std::string body = whole_body(request, static_cast<const MemoryBlobs&>(*blobs));
  curl_slist* headers = curl_slist_append(nullptr, "expect:");
  for (const auto& header : request.headers) {
    headers = curl_slist_append(headers, cat({header.name, ": ", header.value}).c_str());
  }
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (!body.empty() || request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &received);
  const CURLcode result = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (received.is_too_large) {
    co_return report_bug("answer_too_large", "The server's answer is larger than was asked for.");
  }
  if (result != CURLE_OK) co_return no_answer(curl_easy_strerror(result));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  received.response.status = static_cast<int>(status);
  co_return std::move(received.response);
}

// --- Blobs, clock, random, crypto
// -----------------------------------------------------------------

Task<Done> MemoryBlobs::write(std::string key, std::string bytes) {
  blobs_[std::move(key)] = std::move(bytes);
  co_return Done{};
}

Task<std::string> MemoryBlobs::read(std::string key, int64_t offset, int64_t size) {
  const std::string* bytes = find(key);
  if (bytes == nullptr) co_return report_bug("blob_missing", cat({"There is no blob ", key, "."}));
  const auto start = std::min(static_cast<size_t>(offset), bytes->size());
  co_return bytes->substr(start, static_cast<size_t>(size));
}

Task<int64_t> MemoryBlobs::size(std::string key) {
  const std::string* bytes = find(key);
  co_return bytes == nullptr ? int64_t{-1} : static_cast<int64_t>(bytes->size());
}

Task<Done> MemoryBlobs::remove(std::string key) {
  blobs_.erase(key);
  co_return Done{};
}

const std::string* MemoryBlobs::find(const std::string& key) const {
  const auto found = blobs_.find(key);
  return found == blobs_.end() ? nullptr : &found->second;
}

int64_t SystemClock::now_ms() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
}

Task<Done> SystemClock::sleep_ms(int64_t span_ms) {
  timespec span{span_ms / 1'000, (span_ms % 1'000) * 1'000'000};
  nanosleep(&span, nullptr);
  co_return Done{};
}

std::string SystemRandom::bytes(size_t size) {
  std::string bytes(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  FAIRWAY_ASSERT(RAND_bytes(out, static_cast<int>(size)) == 1);
  return bytes;
}

namespace {

std::string sha256_of(std::string_view bytes) {
  std::string digest(32, '\0');
  unsigned size = 0;
  auto* out = reinterpret_cast<unsigned char*>(digest.data());
  FAIRWAY_ASSERT(EVP_Digest(bytes.data(), bytes.size(), out, &size, EVP_sha256(), nullptr) == 1);
  return digest;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) { return hex(sha256_of(bytes)); }

Task<std::string> OpenSslCrypto::sha256(std::string bytes) { co_return sha256_of(bytes); }

// The command line has no keys.
Task<std::string> OpenSslCrypto::hmac_sha256(std::string, std::string) {
  FAIRWAY_ASSERT(false && "hmac_sha256");
  co_return std::string();
}
Task<std::string> OpenSslCrypto::seal(std::string, std::string, std::string, std::string) {
  FAIRWAY_ASSERT(false && "seal");
  co_return std::string();
}
Task<std::string> OpenSslCrypto::open(std::string, std::string, std::string, std::string) {
  FAIRWAY_ASSERT(false && "open");
  co_return std::string();
}
Task<Crypto::Verdict> OpenSslCrypto::es256_verify(P256PublicKey, std::string, std::string) {
  FAIRWAY_ASSERT(false && "es256_verify");
  co_return Verdict::invalid;
}

Rows NoDatabase::run(std::string_view, std::vector<Value>) {
  FAIRWAY_ASSERT(false && "a database");
  return {};
}

NativeHost::NativeHost() : host{http, database, blobs, clock, random, crypto, settings} {
  http.blobs = &blobs;
}

}  // namespace fairway::cli
