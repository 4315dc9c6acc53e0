// Refusals as the providers' own SDKs understand them: a status and a body of their shape, and
// x-should-retry: false, without which each refusal would come three times.
#include "shared/base/text.h"
#include "shared/gateway/meter.h"

namespace fairway {

namespace {

struct Kind {
  std::string_view code;
  int status;
  std::string_view openai_type;
  std::string_view anthropic_type;
};

constexpr Kind kinds[] = {
    {"key_unknown", 401, "authentication_error", "authentication_error"},
    {"key_revoked", 401, "authentication_error", "authentication_error"},
    {"key_expired", 401, "authentication_error", "authentication_error"},
    {"scope_refused", 403, "permission_error", "permission_error"},
    {"spend_limit_reached", 402, "insufficient_quota", "billing_error"},
    {"rate_limited", 429, "requests", "rate_limit_error"},
    {"route_not_found", 404, "invalid_request_error", "not_found_error"},
    {"unknown_model", 404, "invalid_request_error", "not_found_error"},
    {"unknown_price", 404, "invalid_request_error", "not_found_error"},
    {"body_too_large", 413, "invalid_request_error", "request_too_large"},
    {"call_in_flight", 409, "invalid_request_error", "invalid_request_error"},
    {"idempotency_key_reused", 409, "invalid_request_error", "invalid_request_error"},
    {"service_off", 503, "server_error", "api_error"},
    {"upstream_unreachable", 502, "server_error", "api_error"},
    {"upstream_refused", 502, "server_error", "api_error"},
};

Kind kind_of(const Failure& failure) {
  for (const auto& kind : kinds) {
    if (kind.code == failure.code) return kind;
  }
  switch (failure.reaction) {
    case Reaction::fix_input:
      return {"", 400, "invalid_request_error", "invalid_request_error"};
    case Reaction::ask_permission:
      return {"", 403, "permission_error", "permission_error"};
    case Reaction::retry_later:
      return {"", 503, "server_error", "api_error"};
    case Reaction::report_bug:
      break;
  }
  return {"", 500, "server_error", "api_error"};
}

}  // namespace

Refusal refusal_of(std::string_view service, const Failure& failure, std::string_view call_id) {
  Kind kind = kind_of(failure);
  std::string message =
      failure.hint.empty() ? failure.message : cat({failure.message, " ", failure.hint});
  Json body;
  if (service == "anthropic") {
    body = {{"type", "error"},
            {"error",
             {{"type", kind.anthropic_type},
              {"message", message},
              {"details", {{"error_code", failure.code}}}}},
            {"request_id", call_id}};
  } else {
    body = {{"error",
             {{"message", message},
              {"type", kind.openai_type},
              {"param", nullptr},
              {"code", failure.code}}}};
  }
  Refusal refusal{.status = kind.status, .headers = {}, .body = to_text(body)};
  bool may_retry = failure.reaction == Reaction::retry_later;
  refusal.headers = {{"content-type", "application/json"},
                     {"x-should-retry", may_retry && kind.status != 429 ? "true" : "false"},
                     {service == "anthropic" ? "request-id" : "x-request-id", std::string(call_id)},
                     {"x-fairway-reason", failure.code}};
  return refusal;
}

}  // namespace fairway
