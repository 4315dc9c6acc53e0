// What an answer of a language model says about its cost: whole, or as a stream of events while it
// passes by. Pure.
//
// A stream passes as it comes, byte for byte. Only where the gateway asked for the usage on its own
// (chat with hides_usage) it takes out again what came of that: the member "usage" of every chunk,
// and the chunk that holds nothing else. Then an event leaves when it is complete.
//
// Limits: an event of more than 4 MB is passed on unread. Any cutting of the bytes into chunks
// gives the same bytes and the same facts.
#pragma once

#include "shared/gateway/model_call.h"

namespace fairway {

struct AnswerFacts {
  std::optional<TokenUsage> usage;  // nothing: not reported
  std::optional<ServiceTier> tier;
  std::string response_id;  // of a Responses answer
  std::string error;        // an error in the middle of a stream: its type
  std::string text;         // what was generated, for a count where nothing is reported
  bool is_complete = false;
};

// The facts of a whole answer with a status of success.
AnswerFacts read_answer(ModelEndpoint endpoint, std::string_view body);

// Whether the caller gets what a stream tells of its usage.
enum class UsageEvents { shown, hidden };

class AnswerStream {
 public:
  AnswerStream(ModelEndpoint endpoint, UsageEvents usage)
      : endpoint_(endpoint), hides_usage_(usage == UsageEvents::hidden) {}

  // Takes the provider's next bytes and appends to `passed` what the caller gets of them.
  void feed(std::string_view bytes, std::string& passed);
  // The provider has ended, or broke off: what still waits for its end of line.
  void end(std::string& passed);
  const AnswerFacts& facts() const { return facts_; }

 private:
  void take_line(std::string_view line);
  void end_event(std::string& passed);
  void read_event(std::string_view data);
  void read_usage(std::string_view usage);
  void read_chat(const JsonObjectText& chunk);
  void read_message(const JsonObjectText& event);
  void read_response(const JsonObjectText& event);
  std::string shown_event() const;

  ModelEndpoint endpoint_;
  bool hides_usage_;
  AnswerFacts facts_;
  Json usage_;          // as reported so far
  std::string event_;   // its bytes as they came, with line ends
  std::string data_;    // of the event
  size_t line_at_ = 0;  // where the line that is read begins in event_
  bool has_data_ = false;
  bool is_too_long_ = false;
  bool is_hidden_ = false;     // the event is only there because we asked for usage
  std::optional<Splice> cut_;  // of data_
};

}  // namespace fairway
