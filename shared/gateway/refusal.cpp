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
  std::string_view resend_name;
  int twilio_code;
};

constexpr Kind kinds[] = {
    {"key_unknown", 401, "authentication_error", "authentication_error", "invalid_api_key", 20003},
    {"key_revoked", 401, "authentication_error", "authentication_error", "invalid_api_key", 20003},
    {"key_expired", 401, "authentication_error", "authentication_error", "invalid_api_key", 20003},
    {"scope_refused", 403, "permission_error", "permission_error", "restricted_api_key", 20403},
    {"spend_limit_reached", 402, "insufficient_quota", "billing_error", "monthly_quota_exceeded",
     20403},
    {"rate_limited", 429, "requests", "rate_limit_error", "rate_limit_exceeded", 20429},
    {"route_not_found", 404, "invalid_request_error", "not_found_error", "not_found", 20404},
    {"not_found", 404, "invalid_request_error", "not_found_error", "not_found", 20404},
    {"unknown_model", 404, "invalid_request_error", "not_found_error", "not_found", 20404},
    {"unknown_price", 404, "invalid_request_error", "not_found_error", "not_found", 21408},
    {"body_too_large", 413, "invalid_request_error", "request_too_large", "validation_error",
     20001},
    {"call_in_flight", 409, "invalid_request_error", "invalid_request_error",
     "concurrent_idempotent_requests", 20409},
    {"idempotency_key_reused", 409, "invalid_request_error", "invalid_request_error",
     "invalid_idempotent_request", 20409},
    {"service_off", 503, "server_error", "api_error", "application_error", 20503},
    {"outcome_unknown", 502, "server_error", "api_error", "application_error", 20500},
    {"upstream_unreachable", 502, "server_error", "api_error", "application_error", 20500},
    {"upstream_refused", 502, "server_error", "api_error", "application_error", 20500},
};

Kind kind_of(const Failure& failure) {
  for (const auto& kind : kinds) {
    if (kind.code == failure.code) return kind;
  }
  switch (failure.reaction) {
    case Reaction::fix_input:
      return {"", 400, "invalid_request_error", "invalid_request_error", "validation_error", 20001};
    case Reaction::ask_permission:
      return {"", 403, "permission_error", "permission_error", "restricted_api_key", 20403};
    case Reaction::retry_later:
      return {"", 503, "server_error", "api_error", "application_error", 20503};
    case Reaction::report_bug:
      break;
  }
  return {"", 500, "server_error", "api_error", "internal_server_error", 20500};
}

Json body_of(std::string_view service, const Kind& kind, const Failure& failure,
             const std::string& message, std::string_view call_id) {
  if (service == "openai") {
    return {{"error",
             {{"message", message},
              {"type", kind.openai_type},
              {"param", nullptr},
              {"code", failure.code}}}};
  }
  if (service == "anthropic") {
    return {{"type", "error"},
            {"error",
             {{"type", kind.anthropic_type},
              {"message", message},
              {"details", {{"error_code", failure.code}}}}},
            {"request_id", call_id}};
  }
  if (service == "sendgrid") {
    return {{"errors", Json::array({{{"message", message},
                                     {"field", nullptr},
                                     {"help", nullptr},
                                     {"error_id", failure.code}}})}};
  }
  if (service == "resend") {
    return {{"statusCode", kind.status},
            {"name", kind.resend_name},
            {"message", message},
            {"reason", failure.code}};
  }
  if (service == "twilio") {
    return {{"code", kind.twilio_code},
            {"message", message},
            {"more_info", ""},
            {"status", kind.status},
            {"details", {{"reason", failure.code}}}};
  }
  return {{"error", {{"code", failure.code}, {"message", message}, {"request_id", call_id}}}};
}

struct StorageCode {
  std::string_view code, s3;
};
constexpr StorageCode storage_codes[] = {{"key_unknown", "InvalidAccessKeyId"},
                                         {"key_revoked", "InvalidAccessKeyId"},
                                         {"key_expired", "ExpiredToken"},
                                         {"spend_limit_reached", "SpendLimitReached"},
                                         {"rate_limited", "RateLimited"},
                                         {"route_not_found", "NotImplemented"},
                                         {"signature_wrong", "SignatureDoesNotMatch"},
                                         {"signature_expired", "RequestTimeTooSkewed"},
                                         {"body_too_large", "EntityTooLarge"},
                                         {"service_off", "ServiceUnavailable"}};

// <Error><Code>NoSuchKey</Code>...; our own words hold nothing that XML would escape but in names.
std::string storage_body(const Failure& failure, std::string message, std::string_view call_id) {
  std::string_view code = failure.code;
  for (const auto& one : storage_codes) {
    if (one.code == failure.code) code = one.s3;
  }
  for (auto [mark, entity] : {std::pair{"&", "&amp;"}, std::pair{"<", "&lt;"}}) {
    message = replace_all(std::move(message), mark, entity);
  }
  return cat({"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>", code, "</Code><Message>",
              message, "</Message><Reason>", failure.code, "</Reason><RequestId>", call_id,
              "</RequestId></Error>"});
}

}  // namespace

Refusal refusal_of(std::string_view service, const Failure& failure, std::string_view call_id) {
  Kind kind = kind_of(failure);
  std::string message =
      failure.hint.empty() ? failure.message : cat({failure.message, " ", failure.hint});
  Refusal refusal{.status = kind.status,
                  .headers = {},
                  .body = to_text(body_of(service, kind, failure, message, call_id))};
  bool is_storage = service == "storage";
  if (is_storage) refusal.body = storage_body(failure, message, call_id);
  bool may_retry = failure.reaction == Reaction::retry_later;
  refusal.headers = {{"content-type", is_storage ? "application/xml" : "application/json"},
                     {"x-should-retry", may_retry && kind.status != 429 ? "true" : "false"},
                     {service == "anthropic" ? "request-id" : "x-request-id", std::string(call_id)},
                     {"x-fairway-reason", failure.code}};
  return refusal;
}

}  // namespace fairway
