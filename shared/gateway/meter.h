// The meter of one app key: who may call, holds for calls in flight, and what they cost. One object
// per key owns one Meter, and every call of the key, from before it is sent until it is charged.
//
//   begin    key, rate, scope, price; takes a hold out of the float, or says how much to borrow
//   end      the hold becomes a charge: a row in this object's own database, in the same turn
//   deliver  rows go to the account's books (ledger.h) afterwards, at least once; they are known
//            there by their id
//
// The float and the holds live in memory only. After a crash a new epoch begins: `opening` hands
// over the rows that are not delivered yet, the rest of the old float goes back, and with it every
// hold that had not become a charge. A caller sees the end of an answer only when its row is
// durable, so whoever got an answer was charged, and nobody is charged for one that a crash took.
//
// Cost: begin and end are some statements and one pass over the body; no waiting.
#pragma once

#include <map>

#include "shared/gateway/answer.h"
#include "shared/gateway/ledger.h"
#include "shared/gateway/unit_call.h"
#include "shared/metering/tokens.h"

namespace fairway {

// What the account says about the key when a meter opens.
struct KeyGrant {
  std::string key_id;
  std::string app_id;
  std::string secret_hash;
  std::vector<std::string> services;
  std::vector<std::string> models;
  int64_t requests_per_minute = 0;
  int64_t expires_at_ms = 0;
  int64_t revoked_at_ms = 0;
  int64_t markup_basis_points = 0;
  // Services that are called with the owner's own key, and that key. In memory only, on both sides.
  std::map<std::string, std::string, std::less<>> own_keys;
  std::vector<std::string> off_services;  // that the app's owner has switched off for it
};
void to_json(Json& json, const KeyGrant& grant);
KeyGrant key_grant_of(const Json& json);

struct CallRequest {
  std::string id;
  std::string secret_hash;  // of the key that the caller showed
  std::string service;
  std::string method;
  std::string path;  // below the service's address, with its query
  std::string body;
  CallForm form = CallForm::sdk;
  UnitTerms terms;  // for services that are paid by the piece
};

// The call may go out.
struct CallStart {
  uint32_t number = 0;  // names the call until its end
  std::string path;
  std::string body;
  bool is_stream = false;
  std::string own_key;            // of the app's owner; "": the platform's
  std::string content_type = {};  // where it is not the caller's
  int64_t output_tokens_max = 0;  // 0: the caller's own limit stands
};
// Whether a call that the float does not cover may still borrow.
enum class Borrowing { possible, done };
// The float does not cover it: borrow, then begin again.
struct CallNeeds {
  int64_t nanos_min = 0;
  int64_t nanos_wanted = 0;
};

struct CallEnd {
  int status = 0;  // the provider's; 0: it never answered
  std::string upstream_id;
  enum class How { whole, stream, cut } how = How::whole;
  std::string body;  // of a whole answer
  // Counts what a stream did not report; none: four bytes a token.
  const TokenRanks* vocabulary = nullptr;
};

class Meter {
 public:
  explicit Meter(Database& database) : database_(database) {}

  const std::string& epoch() const { return epoch_; }
  const KeyGrant& grant() const { return grant_; }
  // Begins an epoch under this name; the rows are those to hand over.
  std::vector<UsageRow> opening(std::string epoch);
  void opened(KeyGrant grant);
  // The key's account said anew what holds; nothing in flight changes.
  void changed(KeyGrant grant) { grant_ = std::move(grant); }

  // Whether the service is called with the key of the app's owner.
  bool uses_own_key(std::string_view service) const;
  // Why this key may not call this service at all.
  std::optional<Failure> check_key(const CallRequest& request, int64_t now_ms) const;
  // Fails with `key_unknown`, `key_revoked`, `key_expired`, `scope_refused`, `rate_limited`,
  // `spend_limit_reached`, and the failures of read_model_call.
  Outcome<std::variant<CallStart, CallNeeds>> begin(const CallRequest& request, Borrowing borrowing,
                                                    int64_t now_ms);
  // The same for what nobody calls: bytes that lay in the storage (stored_bytes_call).
  Outcome<std::variant<CallStart, CallNeeds>> begin_stored(const std::string& id, UnitCall call,
                                                           Borrowing borrowing, int64_t now_ms);
  void borrowed(int64_t nanos) { float_nanos_ += nanos; }
  // A stream's next bytes; appends what the caller gets of them. True when the provider has said
  // all: what is appended then must wait for the end of the call.
  bool feed(uint32_t number, std::string_view bytes, std::string& passed);
  // What a stream still holds back when the provider's bytes end.
  void end_stream(uint32_t number, std::string& passed);
  // With which vocabulary `end` counts what this call's stream did not report so far; nothing: it
  // reported all, or there is none (Anthropic's is not public).
  std::optional<TokenEncoding> vocabulary_for(uint32_t number) const;
  const std::string& service_of(uint32_t number) const { return calls_.at(number).call.service; }
  // The call, where it is paid by the piece.
  const UnitCall* unit_call(uint32_t number) const;
  // Charges the call and forgets its number.
  UsageRow end(uint32_t number, const CallEnd& end, int64_t now_ms);

  // Whether a message was sent with this key, and what its carrier took is not known yet.
  bool awaits_price(const std::string& message_id) const;
  std::vector<std::string> unpriced(size_t count_max) const;
  // The carrier's price, told after the message was charged: a row that gives back what was charged
  // beyond it. Nothing is charged on top; what is missing is the platform's loss. Nothing when no
  // price is awaited.
  std::optional<UsageRow> settle_price(const std::string& message_id, int64_t price_nanos);

  int64_t available_nanos() const { return float_nanos_ - held_nanos_; }
  size_t in_flight() const { return calls_.size(); }
  // Takes the free rest out of the float, to be returned.
  int64_t take_rest();

  std::vector<UsageRow> undelivered(size_t count_max);
  void delivered(const std::vector<std::string>& ids);

 private:
  struct InFlight {
    std::string id;
    ModelCall call;
    std::optional<UnitCall> unit;  // instead of a model's
    int64_t hold_nanos = 0;
    int64_t started_at_ms = 0;
    int64_t request_bytes = 0;
    std::string request;  // of a small one, as it came
    bool is_own_key = false;
    std::optional<AnswerStream> stream;
  };

  Outcome<std::variant<CallStart, CallNeeds>> begin_unit(const CallRequest& request,
                                                         Borrowing borrowing, int64_t now_ms);
  Outcome<std::variant<CallStart, CallNeeds>> start_unit(const std::string& id, UnitCall call,
                                                         Borrowing borrowing, int64_t now_ms);
  void charge_unit(const InFlight& flight, const CallEnd& end, int64_t now_ms, UsageRow& row);
  std::optional<Failure> check_scope(const ModelCall& call) const;
  std::optional<Failure> take_from_rate(int64_t now_ms);
  CallNeeds needs_for(int64_t hold_nanos) const;
  TokenUsage charged_usage(const InFlight& call, const AnswerFacts& facts,
                           const TokenRanks* vocabulary, UsageRow& row) const;

  Database& database_;
  std::string epoch_;
  KeyGrant grant_;
  int64_t float_nanos_ = 0;
  int64_t held_nanos_ = 0;
  uint32_t numbers_ = 0;
  std::map<uint32_t, InFlight> calls_;
  // Requests that may come now, in millionths, and when that was counted.
  int64_t rate_micros_ = 0;
  int64_t rate_at_ms_ = 0;
};

// How a failure looks to a caller of the service, in the provider's own shape.
struct Refusal {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};
Refusal refusal_of(std::string_view service, const Failure& failure, std::string_view call_id);

// --- meter_store.cpp ---

void create_meter_tables(Database& database);
void put_row(Database& database, const UsageRow& row);
constexpr size_t rows_all = 1'000'000;
std::vector<UsageRow> list_rows(Database& database, size_t count_max);
void forget_row(Database& database, const std::string& id);
// Answers that this key may go on from, mails and messages that it may read: the platform's key is
// everybody's.
void remember_response(Database& database, const std::string& id, int64_t now_ms);
bool knows_response(Database& database, const std::string& id);
// A message and how it was charged, until its price is known or 30 days have passed.
void remember_message(Database& database, const std::string& id, const UsageRow& row);
std::optional<UsageRow> find_message(Database& database, const std::string& id);
void forget_message(Database& database, const std::string& id);
// Oldest first.
std::vector<std::string> list_messages(Database& database, size_t count_max);

}  // namespace fairway
