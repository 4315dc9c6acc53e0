// Requests of Anthropic: messages. https://docs.anthropic.com/en/api/messages
#include "shared/base/json.h"
#include "shared/base/text.h"
#include "shared/gateway/model_call.h"

namespace fairway {

namespace {

constexpr int64_t output_limit_max = 10'000'000;

constexpr auto signs_of_more = {std::string_view("\"image\""), std::string_view("\"document\""),
                                std::string_view("\"search_result\"")};
constexpr std::string_view members_not_sold[] = {"mcp_servers", "container", "speed",
                                                 "inference_geo", "context_management"};
// Tools without a type, and those that the caller runs.
constexpr auto callers_tools = {std::string_view("custom"), std::string_view("bash_"),
                                std::string_view("text_editor_"), std::string_view("computer_"),
                                std::string_view("memory_")};

std::optional<Failure> find_not_sold(const JsonObjectText& body) {
  for (auto name : members_not_sold) {
    if (!body.value(name).empty()) return not_sold(name);
  }
  if (body.text.find("\"file_id\"") != std::string_view::npos) {
    return not_sold("files that are stored at the provider");
  }
  auto tools = check_tools(body.value("tools"), callers_tools);
  if (!tools.ok()) return tools.failure();
  return std::nullopt;
}

// Thinking has a budget within the limit; the limit is never set below it.
std::optional<Failure> read_thinking(ModelCall& call, const JsonObjectText& body) {
  auto value = body.value("thinking");
  if (value.empty()) return std::nullopt;
  auto thinking = parse_json(value);
  if (!thinking.ok() || !thinking->is_object()) {
    return fix_input("invalid_field", "thinking must be an object.");
  }
  int64_t budget = integer_or(*thinking, "budget_tokens", 0);
  if (budget > 0 && budget < call.output_tokens_wanted) call.output_tokens_kept = budget + 1;
  return std::nullopt;
}

}  // namespace

Outcome<ModelCall> read_anthropic_call(ModelCall call, const JsonObjectText& body) {
  if (auto failure = find_not_sold(body)) return *failure;
  auto is_stream = flag_member(body, "stream");
  if (!is_stream.ok()) return is_stream.failure();
  call.is_stream = *is_stream;
  auto wanted = whole_member(body, "max_tokens", 1, output_limit_max, 0);
  if (!wanted.ok()) return wanted.failure();
  if (*wanted == 0) return fix_input("invalid_field", "max_tokens must be given.");
  call.output_tokens_wanted = *wanted;
  call.output_splice = set_json_member(body, "max_tokens", "?");
  if (auto failure = read_thinking(call, body)) return *failure;
  // "auto" may be served with the priority that the platform bought.
  if (body.value("service_tier").empty() == false &&
      body.value("service_tier") != "\"standard_only\"" &&
      body.value("service_tier") != "\"auto\"") {
    return fix_input("invalid_field", "service_tier must be auto or standard_only.");
  }
  call.input_tokens_max = input_bound(call, body, signs_of_more);
  return call;
}

}  // namespace fairway
