#include "shared/gateway/model_call.h"

#include <algorithm>

#include "shared/base/json.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

struct Route {
  std::string_view service, method, path;
  ModelEndpoint endpoint;
};

constexpr Route routes[] = {
    {"openai", "POST", "/v1/chat/completions", ModelEndpoint::chat},
    {"openai", "POST", "/v1/responses", ModelEndpoint::responses},
    {"openai", "POST", "/v1/responses/input_tokens", ModelEndpoint::count_tokens},
    {"openai", "POST", "/v1/embeddings", ModelEndpoint::embeddings},
    {"openai", "GET", "/v1/models", ModelEndpoint::models},
    {"anthropic", "POST", "/v1/messages", ModelEndpoint::messages},
    {"anthropic", "POST", "/v1/messages/count_tokens", ModelEndpoint::count_tokens},
    {"anthropic", "GET", "/v1/models", ModelEndpoint::models},
};

// What the provider adds around the text: roles, separators, its own words about tools.
constexpr int64_t tokens_around = 128;
constexpr int64_t tokens_around_tools = 1'024;

bool is_plain_query(std::string_view query) {
  return query.size() <= 200 && query.find_first_not_of(
                                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    "_-=&.") == std::string_view::npos;
}

// "/v1/models/gpt-4o": one model's card. The name has no character that could lead elsewhere.
bool is_model_card(std::string_view path) {
  constexpr std::string_view folder = "/v1/models/";
  if (!path.starts_with(folder) || path.size() > folder.size() + 100) return false;
  auto name = path.substr(folder.size());
  return !name.empty() && name.find("..") == std::string_view::npos &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "_-.:") == std::string_view::npos;
}

const Route* find_route(std::string_view service, std::string_view method, std::string_view path) {
  if (is_model_card(path)) path = "/v1/models";
  for (const auto& route : routes) {
    if (route.service == service && route.method == method && route.path == path) return &route;
  }
  return nullptr;
}

int64_t outputs(const ModelCall& call, int64_t output_tokens) {
  return output_tokens * call.choices + call.output_tokens_beside;
}

}  // namespace

std::string_view name_of(ModelEndpoint endpoint) {
  switch (endpoint) {
    case ModelEndpoint::chat:
      return "chat/completions";
    case ModelEndpoint::responses:
      return "responses";
    case ModelEndpoint::embeddings:
      return "embeddings";
    case ModelEndpoint::messages:
      return "messages";
    case ModelEndpoint::count_tokens:
      return "count_tokens";
    case ModelEndpoint::models:
      return "models";
  }
  return "";
}

Outcome<ModelCall> read_model_call(std::string_view service, std::string_view method,
                                   std::string_view path, std::string_view body, int64_t now_ms,
                                   KeySource source) {
  size_t question = std::min(path.find('?'), path.size());
  auto query = path.substr(question);
  const Route* route = find_route(service, method, path.substr(0, question));
  if (route == nullptr || (!query.empty() && !is_plain_query(query.substr(1)))) {
    return fix_input("route_not_found", "The gateway does not offer this address.",
                     "It offers the addresses for text: see the list in Fairway's documentation.");
  }
  ModelCall call;
  call.service = service;
  call.endpoint = route->endpoint;
  call.path = path;
  if (call.endpoint == ModelEndpoint::models) return call;
  auto object = scan_json_object(body);
  if (!object.ok()) return object.failure();
  auto model = plain_json_text(object->value("model"));
  if (!model || model->empty() || model->size() > 100) {
    return fix_input("invalid_field", "model must be the name of a model.");
  }
  call.model = std::string(*model);
  if (call.endpoint == ModelEndpoint::count_tokens) return call;
  auto price = find_price(service, call.model, now_ms);
  if (price.ok()) call.price = *price;
  if (!price.ok() && source == KeySource::platform) return price.failure();
  return service == "openai" ? read_openai_call(std::move(call), *object)
                             : read_anthropic_call(std::move(call), *object);
}

Outcome<CallBound> wanted_bound(const ModelCall& call, int64_t markup_basis_points) {
  if (call.price == nullptr) return CallBound{call.output_tokens_wanted, 0};
  auto hold =
      hold_for_tokens(*call.price, call.input_tokens_max, outputs(call, call.output_tokens_wanted),
                      call.tier, markup_basis_points);
  if (!hold.ok()) return hold.failure();
  return CallBound{call.output_tokens_wanted, *hold};
}

Outcome<CallBound> bound_model_call(const ModelCall& call, int64_t available_nanos,
                                    int64_t markup_basis_points) {
  auto wanted = wanted_bound(call, markup_basis_points);
  if (!wanted.ok() || wanted->hold_nanos <= available_nanos) return wanted;
  int64_t covered = output_tokens_covered(*call.price, call.input_tokens_max, available_nanos,
                                          call.tier, markup_basis_points);
  int64_t each = (covered - call.output_tokens_beside) / call.choices;
  int64_t least =
      std::max(std::min(output_tokens_least, call.output_tokens_wanted), call.output_tokens_kept);
  if (!call.output_splice || each < least || each > call.output_tokens_wanted) {
    return spend_limit_reached();
  }
  auto hold = hold_for_tokens(*call.price, call.input_tokens_max, outputs(call, each), call.tier,
                              markup_basis_points);
  if (!hold.ok()) return hold.failure();
  if (*hold > available_nanos) return spend_limit_reached();
  return CallBound{each, *hold};
}

std::string body_of(const ModelCall& call, const CallBound& bound, std::string_view body) {
  auto splices = call.splices;
  if (call.output_splice) {
    Splice limit = *call.output_splice;
    limit.text = replace_all(limit.text, "?", decimal(bound.output_tokens));
    auto behind = std::upper_bound(splices.begin(), splices.end(), limit,
                                   [](auto& one, auto& other) { return one.at < other.at; });
    splices.insert(behind, std::move(limit));
  }
  return splices.empty() ? std::string(body) : spliced(body, splices);
}

Outcome<int64_t> whole_member(const JsonObjectText& body, std::string_view name, int64_t min,
                              int64_t max, int64_t otherwise) {
  auto value = body.value(name);
  if (value.empty()) return otherwise;
  auto number = json_whole_number(value);
  if (number && *number >= min && *number <= max) return *number;
  return fix_input("invalid_field", cat({name, " must be a whole number from ", decimal(min),
                                         " to ", decimal(max), "."}));
}

Outcome<bool> flag_member(const JsonObjectText& body, std::string_view name) {
  auto value = body.value(name);
  if (value.empty() || value == "false") return false;
  if (value == "true") return true;
  return fix_input("invalid_field", cat({name, " must be true or false."}));
}

int64_t input_bound(const ModelCall& call, const JsonObjectText& body,
                    std::initializer_list<std::string_view> signs_of_more) {
  if (call.price == nullptr) return 0;
  int64_t context = call.price->context_tokens_max;
  // A name of a kind could be written with escapes, and then would not be seen below.
  bool is_more = body.text.find("\\u00") != std::string_view::npos;
  for (auto sign : signs_of_more) is_more |= body.text.find(sign) != std::string_view::npos;
  if (is_more) return context;
  int64_t around = body.value("tools").empty() ? tokens_around : tokens_around_tools;
  int64_t bytes = int64_t(body.text.size()) + around;
  return context > 0 ? std::min(bytes, context) : bytes;
}

Outcome<Done> check_tools(std::string_view tools, std::initializer_list<std::string_view> allowed) {
  if (tools.empty()) return Done{};
  auto list = parse_json(tools);
  if (!list.ok() || !list->is_array()) return fix_input("invalid_field", "tools must be a list.");
  for (const Json& tool : *list) {
    std::string type = text_or(tool, "type", "");
    bool is_allowed = type.empty() && !tool.contains("type");
    for (auto prefix : allowed) is_allowed |= type.starts_with(prefix);
    if (!is_allowed) return not_sold(cat({"the tool type ", type}));
  }
  return Done{};
}

Failure spend_limit_reached() {
  return ask_permission("spend_limit_reached",
                        "What is left of the spend limit does not cover this call.",
                        "The owner raises the limit of the key, the app or the account in Fairway, "
                        "or waits for the next month; or the call asks for less.");
}

Failure not_sold(std::string_view what) {
  return fix_input("not_sold",
                   cat({"The gateway does not sell ", what,
                        ": it cannot bound what that costs before the call."}),
                   "Leave it out, or call the provider with a key of your own.");
}

}  // namespace fairway
