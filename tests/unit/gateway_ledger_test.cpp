// Money under fire (G9): many keys of one account call at once, meters die at any point, answers
// between meter and account get lost or come late and twice. No limit is ever passed, every call
// that was ended is charged exactly once, and nothing stays lent.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/serve_meter.h"
#include "tests/world/sqlite_database.h"

namespace {

using namespace fairway;
using namespace fairway::test;

constexpr int64_t start_ms = 1'795'000'000'000;
constexpr const char* account = "user-1";

// One key: its meter, which may die, and its meter's database, which may not.
struct Station {
  std::string key_id;
  std::string secret_hash;
  SqliteDatabase database;
  std::unique_ptr<Meter> meter;
  std::vector<uint32_t> calls;
  int64_t loans = 0, returns = 0;
  Json loan;                       // asked for and not answered yet
  std::vector<UsageRow> messages;  // whose price is not known
  Json returned;  // a settlement with money on its way back, until it is acknowledged
};

class Bank {
 public:
  explicit Bank(unsigned seed) : random_(seed) {
    create_gateway_tables(books_);
    add_key_columns(books_);
    create_alert_table(books_);
    create_service_tables(books_);
    set_spend_limit(books_, std::string(account_scope), 2'000'000'000);
    set_spend_limit(books_, app_scope("app_0"), 700'000'000);
    for (int i = 0; i < 4; ++i) add_station(i);
  }

  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      step(*stations_[roll_index(stations_.size())]);
      check_limits();
    }
    for (auto& station : stations_) {
      while (!station->calls.empty()) end_call(*station);
      ensure_open(*station, false);
      if (!station->loan.is_null()) borrow(*station, {}, false);
      settle_rows(*station, true, false);  // An earlier return may still be on its way.
      settle_rows(*station, true, false);
    }
    check_end();
  }

 private:
  uint64_t roll(uint64_t count) { return random_() % count; }
  size_t roll_index(size_t count) { return size_t(roll(count)); }
  bool chance(int percent) { return int(roll(100)) < percent; }

  void add_station(int i) {
    auto station = std::make_unique<Station>();
    station->key_id = cat({"key_", decimal(i)});
    station->secret_hash = cat({"hash-", decimal(i)});
    create_meter_tables(station->database);
    AppKeyRow key;
    key.id = station->key_id;
    key.app_id = cat({"app_", decimal(i % 2)});
    key.name = "key";
    key.secret_hash = station->secret_hash;
    key.spend_limit_nanos = i == 0 ? 300'000'000 : 0;
    key.created_at_ms = start_ms;
    add_app_key(books_, key);
    stations_.push_back(std::move(station));
  }

  // What the account is asked: applied, and told or lost; sometimes it comes once more later.
  std::optional<Json> ask(Json question, bool may_get_lost) {
    if (may_get_lost && chance(10)) return std::nullopt;  // never arrived
    Json answer = serve_meter({books_, settings_, account, now_ms_}, question);
    bool comes_again = question.at("verb") != "open";
    if (may_get_lost && comes_again && chance(15)) late_.push_back(question);
    if (may_get_lost && chance(10)) return std::nullopt;  // the answer was lost
    if (may_get_lost && !late_.empty() && chance(30)) {
      serve_meter({books_, settings_, account, now_ms_}, late_[roll_index(late_.size())]);
    }
    return answer;
  }

  bool ensure_open(Station& station, bool may_fail) {
    if (station.meter) return true;
    auto meter = std::make_unique<Meter>(station.database);
    auto rows = meter->opening(cat({"epoch-", decimal(++epochs_)}));
    auto answer = ask(
        {{"verb", "open"}, {"key_id", station.key_id}, {"epoch", meter->epoch()}, {"rows", rows}},
        may_fail);
    if (!answer) return false;
    meter->opened(key_grant_of(answer->at("grant")));
    std::vector<std::string> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    meter->delivered(ids);
    station.meter = std::move(meter);
    station.loans = station.returns = 0;
    station.loan = station.returned = Json();
    return true;
  }

  void begin_message(Station& station) {
    CallRequest request;
    request.id = cat({"call-", decimal(++call_ids_)});
    request.secret_hash = station.secret_hash;
    request.service = "twilio";
    request.method = "POST";
    request.path = "/send";
    request.form = CallForm::plain;
    request.body = cat({R"({"to":"+12025550142","from":"+1","text":")",
                        std::string(1 + size_t(roll(1600)), 'w'), R"("})"});
    begin(station, request);
  }

  void begin_call(Station& station) {
    if (chance(30)) return begin_message(station);
    int64_t words = 1 + int64_t(roll(2000)), limit = 1 + int64_t(roll(20'000));
    CallRequest request;
    request.id = cat({"call-", decimal(++call_ids_)});
    request.secret_hash = station.secret_hash;
    request.service = "openai";
    request.method = "POST";
    request.path = "/v1/chat/completions";
    request.body =
        cat({R"({"model":"gpt-4o","max_tokens":)", decimal(limit), R"(,"messages":[{"content":")",
             std::string(size_t(words), 'w'), R"("}]})"});
    auto start = begin(station, request);
    if (!start) return;
    // What the outgoing limit allows is the most that the provider will report.
    outputs_[{&station, start->number}] = output_limit_of(start->body);
    inputs_[{&station, start->number}] = words;
  }

  std::optional<CallStart> begin(Station& station, const CallRequest& request) {
    auto begun = station.meter->begin(request, Borrowing::possible, now_ms_);
    if (begun.ok() && std::holds_alternative<CallNeeds>(*begun)) {
      if (!borrow(station, std::get<CallNeeds>(*begun), true)) return std::nullopt;
      begun = station.meter->begin(request, Borrowing::done, now_ms_);
    }
    if (!begun.ok()) {
      CHECK(begun.failure().code == "spend_limit_reached");
      ++refused_;
      return std::nullopt;
    }
    station.calls.push_back(std::get<CallStart>(*begun).number);
    return std::get<CallStart>(*begun);
  }

  // The carrier's price comes some time after the message, perhaps to another meter.
  void tell_price(Station& station) {
    if (station.messages.empty()) return;
    UsageRow message = station.messages.back();
    station.messages.pop_back();
    const std::string& id = message.upstream_id;
    int64_t cost_nanos = message.cost_nanos;
    if (!station.meter->awaits_price(id)) {
      CHECK(now_ms_ - message.at_ms > 30 * day_ms);
      return;
    }
    int64_t price_nanos = int64_t(roll(uint64_t(cost_nanos) * 5 / 4 + 1));
    auto row = station.meter->settle_price(id, price_nanos);
    REQUIRE(row.has_value());
    CHECK(row->cost_nanos == std::min<int64_t>(0, price_nanos - cost_nanos));
    CHECK(row->absorbed_nanos == std::max<int64_t>(0, price_nanos - cost_nanos));
    CHECK(!station.meter->settle_price(id, price_nanos));
    ended_[row->id] = row->cost_nanos;
  }

  // A loan whose answer got lost is asked for again before anything else is.
  bool borrow(Station& station, const CallNeeds& needs, bool may_fail) {
    if (station.loan.is_null()) {
      station.loan = {{"verb", "lend"},
                      {"key_id", station.key_id},
                      {"epoch", station.meter->epoch()},
                      {"loan", ++station.loans},
                      {"nanos_min", needs.nanos_min},
                      {"nanos_wanted", needs.nanos_wanted}};
    }
    auto answer = ask(station.loan, may_fail);
    if (!answer) return false;
    CHECK(!answer->contains("failure"));
    station.loan = Json();
    station.meter->borrowed(answer->at("nanos"));
    return true;
  }

  static int64_t output_limit_of(const std::string& body) {
    auto object = scan_json_object(body);
    return *json_whole_number(object->value("max_tokens"));
  }

  void end_call(Station& station) {
    size_t which = roll_index(station.calls.size());
    uint32_t number = station.calls[which];
    station.calls.erase(station.calls.begin() + std::ptrdiff_t(which));
    if (station.meter->unit_call(number) != nullptr) return end_message(station, number);
    int64_t output = int64_t(roll(uint64_t(outputs_[{&station, number}]) + 1));
    if (chance(30)) output = outputs_[{&station, number}];
    CallEnd end;
    end.status = chance(85) ? 200 : 500;
    end.how = CallEnd::How::whole;
    end.body = cat({R"({"usage":{"prompt_tokens":)", decimal(inputs_[{&station, number}]),
                    R"(,"completion_tokens":)", decimal(output), R"(,"total_tokens":1}})"});
    UsageRow row = station.meter->end(number, end, now_ms_);
    CHECK(row.cost_nanos <= row.hold_nanos);
    CHECK(row.absorbed_nanos == 0);
    CHECK((end.status == 200 || row.cost_nanos == 0));
    CHECK(!row.is_estimated);
    ended_[row.id] = row.cost_nanos;
  }

  void end_message(Station& station, uint32_t number) {
    CallEnd end;
    end.status = chance(85) ? 201 : 400;
    std::string id = cat({"SM", decimal(++call_ids_)});
    end.body = cat({R"({"sid":")", id, R"(","num_segments":"1"})"});
    UsageRow row = station.meter->end(number, end, now_ms_);
    CHECK(row.cost_nanos <= row.hold_nanos);
    CHECK((end.status == 201) == (row.cost_nanos > 0));
    ended_[row.id] = row.cost_nanos;
    if (row.cost_nanos > 0) station.messages.push_back(row);
  }

  void settle_rows(Station& station, bool gives_back, bool may_fail) {
    auto rows = station.meter->undelivered(may_fail ? 5 : 1'000'000);
    Json question = station.returned;
    if (question.is_null()) {
      question = {{"verb", "settle"},
                  {"key_id", station.key_id},
                  {"epoch", station.meter->epoch()},
                  {"return", 0},
                  {"returned_nanos", 0}};
      if (gives_back) {
        question["return"] = ++station.returns;
        question["returned_nanos"] = station.meter->take_rest();
        station.returned = question;
      }
    }
    question["rows"] = rows;
    if (!ask(question, may_fail)) return;
    if (question.at("return") != 0) station.returned = Json();
    std::vector<std::string> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    station.meter->delivered(ids);
  }

  void step(Station& station) {
    now_ms_ += int64_t(roll(2'000));
    if (chance(1)) now_ms_ += 20 * day_ms;  // into another month
    if (!ensure_open(station, true)) return;
    uint64_t what = roll(100);
    if (what < 48) return begin_call(station);
    if (what < 82 && !station.calls.empty()) return end_call(station);
    if (what < 90) return settle_rows(station, chance(30), true);
    if (what < 93) {  // The machine dies: memory is gone, and with it what was in flight.
      station.meter.reset();
      station.calls.clear();
      station.returned = Json();
      return;
    }
    tell_price(station);
  }

  void check_limits() {
    std::string month = month_of(now_ms_);
    auto check = [&](const std::string& scope, int64_t limit) {
      Spend spend = spend_of(books_, scope, month);
      CHECK(spend.lent_nanos >= 0);
      CHECK(spend.posted_nanos + spend.lent_nanos <= limit);
    };
    check(std::string(account_scope), 2'000'000'000);
    check(app_scope("app_0"), 700'000'000);
    check(key_scope("key_0"), 300'000'000);
  }

  void check_end() {
    std::map<std::string, int64_t> charged;
    int64_t sum = 0;
    for (const Json& row : list_usage(books_, {.app_id = "",
                                               .key_id = "",
                                               .service = "",
                                               .model = "",
                                               .before_id = "",
                                               .find = "",
                                               .count_max = 1'000'000})) {
      CHECK(charged.emplace(row.at("id"), row.at("cost_nanos")).second);
      sum += row.at("cost_nanos").get<int64_t>();
    }
    CHECK(charged == ended_);
    int64_t posted = 0;
    for (const Json& month : usage_months(books_)) posted += month.at("cost_nanos").get<int64_t>();
    CHECK(posted == sum);
    CHECK(spend_of(books_, std::string(account_scope), "2026-11").lent_nanos == 0);
    CHECK(charged.size() > 20);
    CHECK(refused_ > 0);
  }

  std::minstd_rand random_;
  SqliteDatabase books_;
  int64_t now_ms_ = start_ms;
  Settings settings_;
  std::vector<std::unique_ptr<Station>> stations_;
  std::vector<Json> late_;
  std::map<std::pair<Station*, uint32_t>, int64_t> outputs_, inputs_;
  std::map<std::string, int64_t> ended_;
  int64_t epochs_ = 0, call_ids_ = 0, refused_ = 0;
};

TEST_CASE("no limit is passed, no charge lost or doubled, whatever dies or gets lost") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Bank(seed).play(400);
  }
}

}  // namespace
