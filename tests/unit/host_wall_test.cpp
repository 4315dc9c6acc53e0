// The wall: frames, the questions that cross it, and what happens to answers nobody waits for.
#include <doctest/doctest.h>

#include <map>

#include "shared/base/text.h"
#include "shared/host/wall.h"
#include "tests/unit/dies_support.h"

namespace {

using namespace fairway;

// The other side of the wall: what was asked and what was abandoned.
struct OtherSide {
  std::map<uint32_t, std::string> asked;
  std::vector<uint32_t> abandoned;
};
OtherSide& other_side() {
  static OtherSide side;
  return side;
}

struct WallLab {
  WallLab()
      : wall({[](uint32_t call, const char* frame, size_t size) {
                other_side().asked[call] = std::string(frame, size);
              },
              [](uint32_t call) { other_side().abandoned.push_back(call); },
              []() -> int64_t { return 1'234; }}) {
    other_side() = {};
  }
  Wall wall;
  Loop loop;

  Frame asked(uint32_t call) { return decode_frame(other_side().asked.at(call)); }
  void answer(uint32_t call, const Json& control, std::string_view bytes = "") {
    wall.answer(call, encode_frame(control, bytes));
    loop.run();
  }
  // Starts a task, gives it one answer, and what it ended in.
  template <typename T>
  Outcome<T> ended(Task<T> task, const Json& control, std::string_view bytes = "") {
    task.start(loop);
    loop.run();
    answer(uint32_t(other_side().asked.rbegin()->first), control, bytes);
    REQUIRE(task.ended());
    return task.take();
  }
};

TEST_CASE("A frame is the length of its JSON, the JSON, and the bytes") {
  std::string frame = encode_frame({{"a", 1}}, std::string_view("\0\xFF", 2));
  CHECK(frame == std::string("\x07\0\0\0{\"a\":1}\0\xFF", 13));
  Frame back = decode_frame(frame);
  CHECK(back.control == Json{{"a", 1}});
  CHECK(back.bytes == std::string("\0\xFF", 2));
  CHECK(decode_frame(encode_frame(nullptr, "")).control.is_null());
  std::string large(300'000, 'x');
  back = decode_frame(encode_frame({{"text", large}}, large));
  CHECK(back.control["text"] == large);
  CHECK(back.bytes == large);
}

#if FAIRWAY_CAN_SPLIT
TEST_CASE("A frame that is cut, too long or no JSON ends the program before anything is believed") {
  const std::string frame = encode_frame({{"a", 1}}, "");
  for (size_t size = 0; size < frame.size(); ++size) {
    CHECK_MESSAGE(test::dies([&] { (void)decode_frame(std::string_view(frame).substr(0, size)); }),
                  size);
  }
  CHECK(test::dies([] { (void)decode_frame(std::string("\xFF\xFF\xFF\xFF{}", 6)); }));
  CHECK(test::dies([] { (void)decode_frame(std::string("\0\0\0\0", 4)); }));
  CHECK(test::dies([] { (void)decode_frame(std::string("\x02\0\0\0[}", 6)); }));
  CHECK(test::dies(
      [] { (void)decode_frame(encode_frame(nullptr, "").replace(4, 4, "\xFF\xFF\xFF\xFF")); }));
  std::string deep(300, '[');
  CHECK(test::dies([&] { (void)decode_frame(std::string("\x2c\x01\0\0", 4) + deep); }));
  CHECK(!test::dies([&] { (void)decode_frame(frame); }));
}
#endif

TEST_CASE("A request crosses with its pieces in order; the answer comes back whole") {
  WallLab lab;
  HttpRequest request;
  request.method = "POST";
  request.url = "https://x";
  request.headers = {{"a", "b"}};
  request.body = {bytes_piece("one"), blob_piece("ann/1"), blob_base64_piece("ann/2"),
                  bytes_piece(std::string("\0", 1))};
  request.timeout_ms = 5;
  auto response = lab.ended(
      lab.wall.send(request),
      {{"status", 201}, {"headers", Json::array({Json::array({"etag", "x"})})}}, "body\xFF");
  Frame asked = lab.asked(1);
  CHECK(asked.control == parse_json(R"({"port":"http","method":"POST","url":"https://x",
      "headers":[["a","b"]],"timeout_ms":5,
      "body":[{"bytes":3},{"blob":"ann/1"},{"blob_base64":"ann/2"},{"bytes":1}]})")
                             .value());
  CHECK(asked.bytes == std::string("one\0", 4));
  REQUIRE(response.ok());
  CHECK(response->status == 201);
  CHECK(response->header("etag") == "x");
  CHECK(response->header("absent") == "");
  CHECK(response->body == "body\xFF");
}

TEST_CASE("Blobs, clock and cryptography cross with their verbs and sizes") {
  WallLab lab;
  CHECK(lab.ended(lab.wall.write("k", "bytes"), Json::object()).ok());
  CHECK(lab.asked(1).control == Json{{"port", "blobs"}, {"verb", "write"}, {"key", "k"}});
  CHECK(lab.asked(1).bytes == "bytes");
  CHECK(*lab.ended(lab.wall.read("k", 5, 10), Json::object(), "piece") == "piece");
  CHECK(lab.asked(2).control["offset"] == 5);
  CHECK(*lab.ended(lab.wall.size("k"), {{"size", -1}}) == -1);
  CHECK(lab.ended(lab.wall.remove("k"), Json::object()).ok());
  CHECK(lab.ended(lab.wall.sleep_ms(40), Json::object()).ok());
  CHECK(lab.asked(5).control == Json{{"port", "clock"}, {"verb", "sleep"}, {"ms", 40}});
  CHECK(lab.wall.now_ms() == 1'234);
  CHECK(*lab.ended(lab.wall.sha256("x"), Json::object(), "digest") == "digest");
  CHECK(*lab.ended(lab.wall.seal("key", "no", "a", "text"), Json::object(), "sealed") == "sealed");
  CHECK(lab.asked(7).control["sizes"] == Json{3, 2, 1, 4});
  CHECK(lab.asked(7).bytes == "keynoatext");
  CHECK(*lab.ended(lab.wall.es256_verify({"xx", "y"}, "s", "t"), {{"valid", false}}) ==
        Crypto::Verdict::invalid);
  CHECK(lab.asked(8).control["sizes"] == Json{2, 1, 1, 1});
}

TEST_CASE("A failure on the other side is the task's, whatever its members are") {
  WallLab lab;
  auto failed = lab.ended(
      lab.wall.size("k"),
      {{"failure", {{"reaction", "retry_later"}, {"code", "no_answer"}, {"message", "m"}}}});
  CHECK(failed.failure() == retry_later("no_answer", "m"));
  failed = lab.ended(lab.wall.size("k"), {{"failure", {{"reaction", "nonsense"}, {"code", 7}}}});
  CHECK(failed.failure().reaction == Reaction::report_bug);
  CHECK(failed.failure().code == "unknown");
}

TEST_CASE("A dropped task abandons its call once; a late or unknown answer is ignored") {
  WallLab lab;
  {
    auto task = lab.wall.sleep_ms(40);
    task.start(lab.loop);
    lab.loop.run();
    CHECK(lab.wall.waiting() == 1);
  }
  CHECK(lab.wall.waiting() == 0);
  CHECK(other_side().abandoned == std::vector<uint32_t>{1});
  lab.answer(1, Json::object());
  lab.answer(99, Json::object());
  CHECK(other_side().abandoned.size() == 1);
}

TEST_CASE("An answered task that is dropped before its turn abandons nothing") {
  WallLab lab;
  {
    auto task = lab.wall.sleep_ms(40);
    task.start(lab.loop);
    lab.loop.run();
    lab.wall.answer(1, encode_frame(Json::object(), ""));
  }
  lab.loop.run();
  CHECK(other_side().abandoned.empty());
}

TEST_CASE("Answers come in any order, each to the task that asked") {
  WallLab lab;
  auto one = lab.wall.read("one", 0, 1), other = lab.wall.read("other", 0, 1);
  one.start(lab.loop);
  other.start(lab.loop);
  lab.loop.run();
  lab.answer(2, Json::object(), "2");
  CHECK(!one.ended());
  lab.answer(2, Json::object(), "twice");
  lab.answer(1, Json::object(), "1");
  CHECK(*one.take() == "1");
  CHECK(*other.take() == "2");
}

}  // namespace
