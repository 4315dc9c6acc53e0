// A call to a language model before it is sent: what it asks for, the most that it can cost, and
// the bytes that go out. Pure: no Host, safe to repeat.
//
//   read_model_call   which endpoint, which model at which price, what bounds its input and output;
//                     refuses what has no price (tools that the provider runs, audio, background)
//   bound_model_call  how many output tokens the available money covers, and the hold for them
//   body_of           the caller's bytes with the bounds set; everything else stays as written
//
// The hold is never passed, because its two sides are bounded: a token has at least one byte, so
// the bytes of the request bound its text (images, files and remembered conversations: the model's
// whole context does), and the outgoing limit on output is at most what the hold covers.
#pragma once

#include "shared/gateway/json_text.h"
#include "shared/metering/metering.h"

namespace fairway {

enum class ModelEndpoint { chat, responses, embeddings, messages, count_tokens, models };
std::string_view name_of(ModelEndpoint endpoint);

// Where the money comes from.
enum class KeySource { platform, own };

// Without a limit of the caller's own, an answer gets this many tokens, not all that is left.
constexpr int64_t output_tokens_default = 16'384;
// A smaller limit than the caller's is set only when it still gives an answer of use.
constexpr int64_t output_tokens_least = 256;
constexpr int64_t choices_max = 128;

struct ModelCall {
  std::string service;  // "openai", "anthropic"
  ModelEndpoint endpoint = ModelEndpoint::models;
  std::string path;  // at the provider, with its query
  std::string model;
  std::string previous_response;      // id of a remembered answer that this call goes on from
  const ModelPrice* price = nullptr;  // nothing for calls that cost nothing
  ServiceTier tier = ServiceTier::standard;
  int64_t input_tokens_max = 0;
  int64_t output_tokens_wanted = 0;  // each choice
  int64_t output_tokens_kept = 0;    // of them, that must not be cut (a budget for thinking)
  int64_t output_tokens_beside = 0;  // not bounded by the limit: rejected predictions
  int64_t choices = 1;
  bool is_stream = false;
  bool hides_usage = false;             // we asked for the usage, the caller did not
  std::vector<Splice> splices;          // in order, without the output's
  std::optional<Splice> output_splice;  // where its limit is written; its text is filled in
};

// `path`: below the service's address, "/v1/messages?beta=true". Fails with fix_input:
// `route_not_found`, `invalid_json`, `ambiguous_json`, `invalid_field`, `not_sold`, and those of
// find_price.
Outcome<ModelCall> read_model_call(std::string_view service, std::string_view method,
                                   std::string_view path, std::string_view body, int64_t now_ms,
                                   KeySource source);

struct CallBound {
  int64_t output_tokens = 0;  // each choice
  int64_t hold_nanos = 0;
};
// The most that the call wants to hold.
Outcome<CallBound> wanted_bound(const ModelCall& call, int64_t markup_basis_points);
// The best that `available_nanos` cover; ask_permission `spend_limit_reached` when that is nothing
// of use.
Outcome<CallBound> bound_model_call(const ModelCall& call, int64_t available_nanos,
                                    int64_t markup_basis_points);
Failure spend_limit_reached();
std::string body_of(const ModelCall& call, const CallBound& bound, std::string_view body);

// --- openai_call.cpp, anthropic_call.cpp: what differs by provider ---

Outcome<ModelCall> read_openai_call(ModelCall call, const JsonObjectText& body);
Outcome<ModelCall> read_anthropic_call(ModelCall call, const JsonObjectText& body);

// For these two: a whole number within limits, `otherwise` when absent.
Outcome<int64_t> whole_member(const JsonObjectText& body, std::string_view name, int64_t min,
                              int64_t max, int64_t otherwise);
Outcome<bool> flag_member(const JsonObjectText& body, std::string_view name);
// What bounds the input when it is text alone; the model's context when it may be more.
int64_t input_bound(const ModelCall& call, const JsonObjectText& body,
                    std::initializer_list<std::string_view> signs_of_more);
// Every tool must be one that the caller runs: of a type in `allowed`, or without a type.
Outcome<Done> check_tools(std::string_view tools, std::initializer_list<std::string_view> allowed);
Failure not_sold(std::string_view what);

}  // namespace fairway
