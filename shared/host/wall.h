// The wall: the Host spoken across the border of wasm, the same in the edge worker and the browser.
//
// Everything crosses as frames: u32 little-endian length of the JSON, the JSON (control), then raw
// bytes (bodies, files, keys). Two doors:
//   ask     (C++ to JavaScript)  "please do this, and answer under this number"
//   answer  (JavaScript to C++)  "number 17 is done, and this came of it"
// and `abandon`, by which a dropped task lets the host stop what nobody waits for any more.
//
// Ports that JavaScript knows, by the member "port" of the control:
//   http    {method,url,headers:[[n,v]],timeout_ms,
//            body:[{"bytes":n}|{"blob":key}|{"blob":key,offset,size}|{"blob_base64":key}]}
//           + all byte pieces in order  ->  {status,headers:[[n,v]]} + body
//   blobs   {verb:"write",key} + bytes -> {} | {verb:"read",key,offset,size} -> {} + bytes
//           {verb:"size",key} -> {size} (-1: none) | {verb:"remove",key} -> {}
//   clock   {verb:"sleep",ms} -> {}
//   crypto  {verb:"sha256"} + bytes -> {} + digest
//           {verb:"hmac_sha256",sizes:[key,text]} + key text -> {} + digest
//           {verb:"seal"|"open",sizes:[key,nonce,additional,text]} + all four -> {} + text
//           {verb:"es256_verify",sizes:[x,y,signature,text]} + all four -> {valid:true|false}
// A port that cannot answer says {"failure":{"reaction","code","message"}}. Shells may have further
// ports of their own and reach them by call().
//
// Not for: the Database, the clock's reading and randomness, which are synchronous: each shell has
// its own way for those.
#pragma once

#include <map>

#include "shared/base/json.h"
#include "shared/host/host.h"

namespace fairway {

struct Frame {
  Json control;
  std::string bytes;
};

std::string encode_frame(const Json& control, std::string_view bytes);
// Only for frames that our own JavaScript made: anything malformed is our own mistake.
Frame decode_frame(std::string_view encoded);

class Wall final : public Http, public Blobs, public Clock, public Crypto {
 public:
  struct Doors {
    void (*ask)(uint32_t call, const char* frame, size_t size);
    void (*abandon)(uint32_t call);
    int64_t (*now_ms)();
  };

  explicit Wall(Doors doors) : doors_(doors) {}

  // JavaScript's answer; one that comes after its task was dropped is ignored.
  void answer(uint32_t call, std::string_view frame);
  // How many calls are under way.
  size_t waiting() const { return waiting_.size(); }

  // Asks any port by its control; a {"failure"} in the answer becomes the task's failure.
  Task<Frame> call(Json control, std::string bytes);

  Task<HttpResponse> send(HttpRequest request) override;
  Task<Done> write(std::string key, std::string bytes) override;
  Task<std::string> read(std::string key, int64_t offset, int64_t size) override;
  Task<int64_t> size(std::string key) override;
  Task<Done> remove(std::string key) override;
  int64_t now_ms() override { return doors_.now_ms(); }
  Task<Done> sleep_ms(int64_t span_ms) override;
  Task<std::string> sha256(std::string bytes) override;
  Task<std::string> hmac_sha256(std::string key, std::string bytes) override;
  Task<std::string> seal(std::string key, std::string nonce, std::string additional_data,
                         std::string plaintext) override;
  Task<std::string> open(std::string key, std::string nonce, std::string additional_data,
                         std::string sealed) override;
  Task<Verdict> es256_verify(P256PublicKey key, std::string signature, std::string bytes) override;

 private:
  class Call;

  Doors doors_;
  uint32_t calls_ = 0;
  std::map<uint32_t, Call*> waiting_;
};

}  // namespace fairway
