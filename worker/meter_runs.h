// What a key's Meter object asks of the core. Unlike runs.h these are plain calls that answer at
// once: the object waits (for the account, for the provider), the core does not.
//
// A question is a frame {"op":...} and bytes; so is its answer:
//   parse     {key}                                  -> {key_id,account} or {}
//   open      {epoch}                                -> {rows}      to be sent to the account
//   opened    {grant}                                -> {}
//   changed   {grant}                                -> {}
//   begin     {id,key,service,method,path,headers,callback,has_borrowed?} + body
//               -> {start:{number,url,headers,stream,repeatable,output_tokens_max}} + body
//                | {needs:{nanos_min,nanos_wanted}} | {refusal:{status,headers}} + body
//                  of storage: {start:{number,operation,app_id}}; {signed}: the shell has checked
//                  it
//   stored    {id,bytes,duration_ms,has_borrowed?}   as begin
//   signers   {}                                     -> {secrets,app_id}  of storage
//   check     {id,key,service,...}                   -> {} | {refusal} + body
//   borrowed  {nanos}                                -> {}
//   tail      {number}                               -> {} + bytes  what a stream held back
//   end       {number,status,upstream_id,how,without_vocabulary?} + body
//               -> {row,key_refused,awaits_price?,plain?:{status}} + the plain form's body
//                | {needs_vocabulary}                the name of one; then end again
//   message   {id}                                   -> {url,headers} to ask for its price, or {}
//   unpriced  {count}                                -> {ids}       messages, oldest first
//   priced    {id} + the message                     -> {row} or {}
//   vocabulary {} + bytes                            -> {}          tools/serve/token_ranks.mjs
//   deliver   {count}                                -> {rows}
//   delivered {ids}                                  -> {}
//   rest      {}                                     -> {nanos}     taken out of the float
//   refuse    {service,id,failure}                   -> {refusal} + body
// Streams have a call of their own, without JSON: feed_meter in worker.cpp.
#pragma once

#include "shared/gateway/meter.h"
#include "shared/host/wall.h"

namespace fairway::worker {

class MeterRuns {
 public:
  explicit MeterRuns(Host& host) : host_(host), meter_(host.database) {}

  Frame answer(const Json& question, std::string bytes);
  Meter& meter() { return meter_; }

 private:
  Frame begin(const Json& question, std::string body);
  Frame check(const Json& question);
  Frame end(const Json& question, std::string body);
  Frame stored(const Json& question);
  Frame begun_frame(const Json& question, Outcome<std::variant<CallStart, CallNeeds>> begun);
  Json signers() const;
  Frame charged(uint32_t number, const CallEnd& end);
  Frame message(const std::string& id);
  Frame priced(const std::string& id, std::string_view body);

  Host& host_;
  Meter meter_;
  std::map<TokenEncoding, TokenRanks> vocabularies_;
};

}  // namespace fairway::worker
