// Uploading an image that is too large for one request: every byte once, in chunks of the
// provider's size, whatever lies between them.
#include <doctest/doctest.h>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/provisioning/provisioning.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

const DatabaseAccess access{"https://fw-shop-acme.turso.io", "database-token"};
constexpr int64_t part_bytes = limits::part_bytes_max;

// An image of two whole parts and a short one, where every byte tells its place.
struct Image {
  explicit Image(TestHost& lab) {
    for (int64_t at = 0; at < 2 * part_bytes + 1'000; ++at) bytes += char('a' + at * 7 % 25);
    for (size_t at = 0; at < bytes.size(); at += size_t(part_bytes)) {
      keys.push_back(cat({"ann/", decimal(int64_t(keys.size()))}));
      lab.world.blobs[keys.back()] = bytes.substr(at, size_t(part_bytes));
    }
    lab.settings.turso_single_upload_bytes = "4096";
  }
  Outcome<Done> upload(TestHost& lab) const {
    return lab.run(upload_turso_image(lab.host, access, keys, int64_t(bytes.size())));
  }

  std::string bytes;
  std::vector<std::string> keys;
};

// A draft that asks for chunks of this size and puts them together.
struct Draft {
  int64_t chunk_bytes = 0;
  std::map<std::string, std::string> chunks = {};
  std::string whole = "";
  int starts = 0;

  HttpResponse answer(const Script::Received& received) {
    const std::string& url = received.request.url;
    CHECK(received.request.method == "PUT");
    CHECK(received.request.headers.at(0).value == "Bearer database-token");
    if (url.ends_with("/v2/upload/start")) {
      ++starts;
      return answer_of(200, cat({R"({"chunk_size":)", decimal(chunk_bytes), "}"}));
    }
    if (url.ends_with("/v2/upload/finalize")) {
      for (size_t i = 0; i < chunks.size(); ++i) whole += chunks.at(decimal(int64_t(i)));
      return answer_of(200, "");
    }
    const auto number = url.substr(url.rfind('/') + 1);
    chunks[number] = received.body;
    return answer_of(201, "");
  }
};

TEST_CASE("Chunks of any size carry every byte once and in its order") {
  for (int64_t chunk_bytes : {int64_t{1} << 20, part_bytes, part_bytes + 1, int64_t{8} << 20}) {
    TestHost lab;
    Image image(lab);
    Draft draft{.chunk_bytes = chunk_bytes};
    lab.script.reply = [&](const Script::Received& received) { return draft.answer(received); };
    CHECK(image.upload(lab).ok());
    const Json start = parse_json(lab.script.received.at(0).body).value();
    CHECK(start == Json{{"db_size_bytes", image.bytes.size()}});
    CHECK(draft.whole == image.bytes);
    const auto count = (int64_t(image.bytes.size()) + chunk_bytes - 1) / chunk_bytes;
    CHECK(int64_t(draft.chunks.size()) == count);
    for (const auto& [number, bytes] : draft.chunks) {
      const bool is_last = *parse_decimal(number) == count - 1;
      CHECK((is_last || int64_t(bytes.size()) == chunk_bytes));
    }
  }
}

TEST_CASE("An image that fits goes in one request, however the limit is written") {
  TestHost lab;
  Image image(lab);
  lab.settings.turso_single_upload_bytes = "";
  lab.script.answers = {answer_of(200, "")};
  CHECK(image.upload(lab).ok());
  CHECK(lab.script.received.at(0).request.url.ends_with("/v1/upload"));
}

TEST_CASE("A chunk whose answer is lost is sent again, and nothing else is") {
  TestHost lab;
  Image image(lab);
  Draft draft{.chunk_bytes = part_bytes};
  lab.script.reply = [&](const Script::Received& received) { return draft.answer(received); };
  lab.world.fail_request = 2;
  CHECK(image.upload(lab).ok());
  CHECK(draft.whole == image.bytes);
  CHECK(draft.starts == 1);
  CHECK(lab.script.received.size() == 6);
}

TEST_CASE("A database that was loaded before refuses the start and answers queries") {
  TestHost lab;
  Image image(lab);
  lab.script.reply = [](const Script::Received& received) {
    if (received.request.url.ends_with("/start")) return answer_of(400, R"({"error":"no"})");
    return answer_of(200, R"({"results":[{"type":"ok","response":{"type":"execute",
                              "result":{"rows":[[{"type":"integer","value":"1"}]]}}}]})");
  };
  CHECK(code_of(image.upload(lab)) == "not_a_draft");
}

TEST_CASE("What refuses a chunk or asks for impossible ones ends the upload with words") {
  TestHost lab;
  Image image(lab);
  lab.script.reply = [](const Script::Received& received) {
    if (received.request.url.ends_with("/start"))
      return answer_of(200, R"({"chunk_size":1048576})");
    return answer_of(413, R"({"error":"the chunk is too large"})");
  };
  auto refused = image.upload(lab);
  CHECK(refused.failure().message.find("the chunk is too large") != std::string::npos);
  for (std::string_view answer : {"{}", R"({"chunk_size":0})", R"({"chunk_size":"8"})"}) {
    TestHost other;
    other.script.reply = [&](const Script::Received&) {
      return answer_of(200, std::string(answer));
    };
    CHECK(code_of(Image(other).upload(other)) == "unexpected_answer");
    CHECK(other.script.received.size() == 1);
  }
}

}  // namespace
