// Requests of OpenAI: chat completions, responses, embeddings.
// https://platform.openai.com/docs/api-reference
#include <algorithm>

#include "shared/base/json.h"
#include "shared/base/text.h"
#include "shared/gateway/model_call.h"

namespace fairway {

namespace {

constexpr int64_t output_limit_max = 10'000'000;

// Kinds of input whose tokens their bytes in the request do not bound.
constexpr auto signs_of_more = {
    std::string_view("\"image_url\""),      std::string_view("\"input_image\""),
    std::string_view("\"file\""),           std::string_view("\"input_file\""),
    std::string_view("\"item_reference\""), std::string_view("\"reasoning\""),
    std::string_view("\"compaction\"")};
// Things stored at the provider, which belong to everybody who shares the platform's key.
constexpr std::string_view shared_things[] = {"\"file_id\"", "\"container_id\"",
                                              "\"vector_store_ids\"", "\"input_audio\"",
                                              "\"item_reference\""};
constexpr std::string_view members_not_sold[] = {"audio",  "web_search_options", "background",
                                                 "prompt", "conversation",       "moderation"};

int64_t default_output(const ModelCall& call) {
  int64_t most = call.price == nullptr ? 0 : call.price->output_tokens_max;
  return most > 0 ? std::min(output_tokens_default, most) : output_tokens_default;
}

std::optional<Failure> find_not_sold(const JsonObjectText& body) {
  for (auto name : members_not_sold) {
    auto value = body.value(name);
    if (!value.empty() && value != "false") return not_sold(name);
  }
  auto modalities = body.value("modalities");
  if (modalities.find("audio") != std::string_view::npos) return not_sold("audio");
  for (auto thing : shared_things) {
    if (body.text.find(thing) != std::string_view::npos) return not_sold(thing);
  }
  auto tools = check_tools(body.value("tools"), {"function", "custom"});
  if (!tools.ok()) return tools.failure();
  return std::nullopt;
}

// "auto" leaves it to the platform's project, which is to stay on the default tier.
std::optional<Failure> read_tier(ModelCall& call, const JsonObjectText& body) {
  auto value = body.value("service_tier");
  if (value.empty() || value == "\"auto\"") return std::nullopt;
  auto tier = service_tier_of(plain_json_text(value).value_or(""));
  if (!tier || *tier == ServiceTier::batch) return not_sold(cat({"the service tier ", value}));
  call.tier = *tier;
  return std::nullopt;
}

// The limit on output in `name`, which is written into the call where it is absent.
std::optional<Failure> read_output(ModelCall& call, const JsonObjectText& body,
                                   std::string_view name) {
  auto wanted = whole_member(body, name, 1, output_limit_max, default_output(call));
  if (!wanted.ok()) return wanted.failure();
  call.output_tokens_wanted = *wanted;
  call.output_splice = set_json_member(body, name, "?");
  return std::nullopt;
}

// The last event of a stream tells the usage only when it was asked to.
std::optional<Failure> ask_for_usage(ModelCall& call, const JsonObjectText& body) {
  auto value = body.value("stream_options");
  Json options = Json::object();
  if (!value.empty()) {
    auto given = parse_json(value);
    if (!given.ok() || !given->is_object()) {
      return fix_input("invalid_field", "stream_options must be an object.");
    }
    options = std::move(*given);
  }
  if (member(options, "include_usage") == Json(true)) return std::nullopt;
  options["include_usage"] = true;
  call.hides_usage = true;
  call.splices.push_back(set_json_member(body, "stream_options", to_text(options)));
  return std::nullopt;
}

Outcome<ModelCall> read_chat(ModelCall call, const JsonObjectText& body) {
  bool is_new = !body.value("max_completion_tokens").empty();
  bool is_old = !body.value("max_tokens").empty();
  if (is_new && is_old) {
    return fix_input("invalid_field", "max_tokens and max_completion_tokens exclude each other.");
  }
  auto output = read_output(call, body, is_old ? "max_tokens" : "max_completion_tokens");
  if (output) return *output;
  auto choices = whole_member(body, "n", 1, choices_max, 1);
  if (!choices.ok()) return choices.failure();
  call.choices = *choices;
  // Rejected tokens of a prediction are paid as output, beside the limit.
  call.output_tokens_beside = int64_t(body.value("prediction").size()) * call.choices;
  if (!call.is_stream) return call;
  if (auto failure = ask_for_usage(call, body)) return *failure;
  return call;
}

Outcome<ModelCall> read_responses(ModelCall call, const JsonObjectText& body) {
  if (auto failure = read_output(call, body, "max_output_tokens")) return *failure;
  auto previous = body.value("previous_response_id");
  if (previous.empty()) return call;
  auto id = plain_json_text(previous);
  if (!id || id->empty() || id->size() > 200) {
    return fix_input("invalid_field", "previous_response_id must be the id of an answer.");
  }
  call.previous_response = std::string(*id);
  if (call.price != nullptr) call.input_tokens_max = call.price->context_tokens_max;
  return call;
}

}  // namespace

Outcome<ModelCall> read_openai_call(ModelCall call, const JsonObjectText& body) {
  if (auto failure = find_not_sold(body)) return *failure;
  if (auto failure = read_tier(call, body)) return *failure;
  auto is_stream = flag_member(body, "stream");
  if (!is_stream.ok()) return is_stream.failure();
  call.is_stream = *is_stream;
  call.input_tokens_max = input_bound(call, body, signs_of_more);
  if (call.endpoint == ModelEndpoint::chat) return read_chat(std::move(call), body);
  if (call.endpoint == ModelEndpoint::responses) return read_responses(std::move(call), body);
  return call;
}

}  // namespace fairway
