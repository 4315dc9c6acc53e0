#include <algorithm>

#include "shared/api/api.h"
#include "shared/base/text.h"

namespace fairway {

std::string_view ApiRequest::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

int http_status_of(const Failure& failure) {
  struct Known {
    std::string_view code;
    int status;
  };
  static constexpr Known known[] = {{"signed_out", 401},        {"route_not_found", 404},
                                    {"project_not_found", 404}, {"deployment_not_found", 404},
                                    {"app_not_found", 404},     {"report_not_found", 404},
                                    {"key_not_found", 404},     {"method_not_allowed", 405},
                                    {"deployment_active", 409}, {"part_missing", 409}};
  for (const auto& entry : known) {
    if (entry.code == failure.code) return entry.status;
  }
  switch (failure.reaction) {
    case Reaction::fix_input:
      return 400;
    case Reaction::ask_permission:
      return 403;
    case Reaction::retry_later:
      return 503;
    case Reaction::report_bug:
      return 500;
  }
  broken_promise("a reaction outside the enum", __FILE__, __LINE__);
}

namespace {

ApiResponse response_of(int status, const Json& json) {
  ApiResponse response;
  response.status = status;
  response.headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}};
  response.body = to_text(json);
  return response;
}

}  // namespace

ApiResponse json_response(const Json& json) { return response_of(200, json); }
ApiResponse accepted_response(const Json& json) { return response_of(202, json); }

ApiResponse empty_response() {
  ApiResponse response;
  response.status = 204;
  response.headers = {{"cache-control", "no-store"}};
  return response;
}

ApiResponse failure_response(const Failure& failure, std::string_view request_id) {
  Json error = failure;
  error["request_id"] = request_id;
  return response_of(http_status_of(failure), {{"error", std::move(error)}});
}

}  // namespace fairway
