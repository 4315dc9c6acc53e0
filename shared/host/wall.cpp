#include "shared/host/wall.h"

#include <cstring>

namespace fairway {

std::string encode_frame(const Json& control, std::string_view bytes) {
  std::string json = to_text(control);
  auto length = uint32_t(json.size());
  std::string frame;
  frame.reserve(4 + json.size() + bytes.size());
  for (int shift = 0; shift < 32; shift += 8) frame += char(length >> shift & 255);
  frame += json;
  frame += bytes;
  return frame;
}

Frame decode_frame(std::string_view encoded) {
  FAIRWAY_ASSERT(encoded.size() >= 4);
  uint32_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | uint8_t(encoded[size_t(i)]);
  encoded.remove_prefix(4);
  FAIRWAY_ASSERT(length <= encoded.size());
  auto control = parse_json(encoded.substr(0, length));
  FAIRWAY_ASSERT(control.ok());
  return {std::move(control.value()), std::string(encoded.substr(length))};
}

// One question on its way; it lives in the frame of the task that asked.
class Wall::Call final : public Waiting {
 public:
  Call(Wall& wall, std::string frame) : wall_(wall), frame_(std::move(frame)) {}
  ~Call() {
    if (id_ != 0 && wall_.waiting_.erase(id_) != 0) wall_.doors_.abandon(id_);
  }
  Frame await_resume() { return decode_frame(frame_); }

  void answered(std::string_view frame) {
    frame_ = frame;
    wake();
  }

 protected:
  void suspended() override {
    id_ = ++wall_.calls_;
    wall_.waiting_[id_] = this;
    wall_.doors_.ask(id_, frame_.data(), frame_.size());
  }

 private:
  Wall& wall_;
  std::string frame_;  // the question, later the answer
  uint32_t id_ = 0;
};

void Wall::answer(uint32_t call, std::string_view frame) {
  auto waiting = waiting_.extract(call);
  if (!waiting.empty()) waiting.mapped()->answered(frame);
}

Task<Frame> Wall::call(Json control, std::string bytes) {
  Call call(*this, encode_frame(control, bytes));
  bytes.clear();
  bytes.shrink_to_fit();
  Frame answer = co_await call;
  const Json& failure = member(answer.control, "failure");
  if (!failure.is_null()) co_return failure.get<Failure>();
  co_return answer;
}

namespace {

Json headers_json(const std::vector<Header>& headers) {
  Json list = Json::array();
  for (const auto& header : headers) list.push_back({header.name, header.value});
  return list;
}

std::vector<Header> headers_from(const Json& list) {
  std::vector<Header> headers;
  for (const Json& pair : list) headers.push_back({pair.at(0), pair.at(1)});
  return headers;
}

Json sized(std::string_view verb, std::initializer_list<const std::string*> parts,
           std::string& bytes) {
  Json sizes = Json::array();
  for (const std::string* part : parts) {
    sizes.push_back(part->size());
    bytes += *part;
  }
  return {{"port", "crypto"}, {"verb", verb}, {"sizes", sizes}};
}

}  // namespace

Task<HttpResponse> Wall::send(HttpRequest request) {
  Json body = Json::array();
  std::string bytes;
  for (auto& piece : request.body) {
    switch (piece.kind) {
      case BodyPiece::Kind::bytes:
        body.push_back({{"bytes", piece.text.size()}});
        bytes += piece.text;
        break;
      case BodyPiece::Kind::blob:
        body.push_back({{"blob", piece.text}});
        break;
      case BodyPiece::Kind::blob_part:
        body.push_back(
            {{"blob", piece.text}, {"offset", piece.offset}, {"size", piece.size_bytes}});
        break;
      case BodyPiece::Kind::blob_base64:
        body.push_back({{"blob_base64", piece.text}});
        break;
    }
  }
  Json control{{"port", "http"},          {"method", request.method},
               {"url", request.url},      {"headers", headers_json(request.headers)},
               {"body", std::move(body)}, {"timeout_ms", request.timeout_ms}};
  Frame answer = co_await call(std::move(control), std::move(bytes));
  co_return HttpResponse{answer.control.at("status"), headers_from(answer.control.at("headers")),
                         std::move(answer.bytes)};
}

Task<Done> Wall::write(std::string key, std::string bytes) {
  Json control{{"port", "blobs"}, {"verb", "write"}, {"key", key}};
  co_await call(std::move(control), std::move(bytes));
  co_return Done{};
}

Task<std::string> Wall::read(std::string key, int64_t offset, int64_t size) {
  Json control{
      {"port", "blobs"}, {"verb", "read"}, {"key", key}, {"offset", offset}, {"size", size}};
  Frame answer = co_await call(std::move(control), "");
  co_return std::move(answer.bytes);
}

Task<int64_t> Wall::size(std::string key) {
  Json control{{"port", "blobs"}, {"verb", "size"}, {"key", key}};
  Frame answer = co_await call(std::move(control), "");
  co_return answer.control.at("size").get<int64_t>();
}

Task<Done> Wall::remove(std::string key) {
  Json control{{"port", "blobs"}, {"verb", "remove"}, {"key", key}};
  co_await call(std::move(control), "");
  co_return Done{};
}

Task<Done> Wall::sleep_ms(int64_t span_ms) {
  Json control{{"port", "clock"}, {"verb", "sleep"}, {"ms", span_ms}};
  co_await call(std::move(control), "");
  co_return Done{};
}

Task<std::string> Wall::sha256(std::string bytes) {
  Json control{{"port", "crypto"}, {"verb", "sha256"}};
  Frame answer = co_await call(std::move(control), std::move(bytes));
  co_return std::move(answer.bytes);
}

Task<std::string> Wall::hmac_sha256(std::string key, std::string bytes) {
  std::string all;
  Json control = sized("hmac_sha256", {&key, &bytes}, all);
  Frame answer = co_await call(std::move(control), std::move(all));
  co_return std::move(answer.bytes);
}

Task<std::string> Wall::seal(std::string key, std::string nonce, std::string additional_data,
                             std::string plaintext) {
  std::string all;
  Json control = sized("seal", {&key, &nonce, &additional_data, &plaintext}, all);
  Frame answer = co_await call(std::move(control), std::move(all));
  co_return std::move(answer.bytes);
}

Task<std::string> Wall::open(std::string key, std::string nonce, std::string additional_data,
                             std::string sealed) {
  std::string all;
  Json control = sized("open", {&key, &nonce, &additional_data, &sealed}, all);
  Frame answer = co_await call(std::move(control), std::move(all));
  co_return std::move(answer.bytes);
}

Task<Crypto::Verdict> Wall::es256_verify(P256PublicKey key, std::string signature,
                                         std::string bytes) {
  std::string all;
  Json control = sized("es256_verify", {&key.x, &key.y, &signature, &bytes}, all);
  Frame answer = co_await call(std::move(control), std::move(all));
  co_return answer.control.at("valid").get<bool>() ? Verdict::valid : Verdict::invalid;
}

}  // namespace fairway
