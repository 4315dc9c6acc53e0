#include "shared/gateway/upstream.h"

#include <algorithm>

#include "shared/base/money.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr std::string_view passed_on[] = {"accept", "content-type", "anthropic-version",
                                          "anthropic-beta"};
constexpr std::string_view shown[] = {"content-type",         "x-request-id",  "request-id",
                                      "openai-version",       "retry-after",   "retry-after-ms",
                                      "openai-processing-ms", "x-should-retry"};
// Where a caller names none, as the provider's oldest clients mean it.
constexpr std::string_view anthropic_version = "2023-06-01";

template <size_t size>
bool contains(const std::string_view (&list)[size], std::string_view word) {
  return std::find(list, list + size, word) != list + size;
}

}  // namespace

std::string why_service_is_off(const Settings& settings, std::string_view service) {
  if (service == "openai") {
    return settings.openai_api_key.empty() ? "The operator has not set OPENAI_API_KEY." : "";
  }
  if (service == "anthropic") {
    return settings.anthropic_api_key.empty() ? "The operator has not set ANTHROPIC_API_KEY." : "";
  }
  return "The gateway has no such service.";
}

UpstreamRequest upstream_request(const Settings& settings, std::string_view service,
                                 std::string_view path, const std::vector<Header>& callers,
                                 std::string_view own_key) {
  UpstreamRequest request;
  for (const auto& header : callers) {
    if (contains(passed_on, header.name)) request.headers.push_back(header);
  }
  bool is_openai = service == "openai";
  std::string_view platform_key = is_openai ? settings.openai_api_key : settings.anthropic_api_key;
  std::string key(own_key.empty() ? platform_key : own_key);
  request.url = cat({is_openai ? settings.openai_api_url : settings.anthropic_api_url, path});
  if (is_openai) {
    request.headers.push_back({"authorization", cat({"Bearer ", key})});
    return request;
  }
  request.headers.push_back({"x-api-key", key});
  bool names_version = std::any_of(request.headers.begin(), request.headers.end(),
                                   [](auto& header) { return header.name == "anthropic-version"; });
  if (!names_version) {
    request.headers.push_back({"anthropic-version", std::string(anthropic_version)});
  }
  return request;
}

bool is_shown_header(std::string_view name) { return contains(shown, name); }

int64_t markup_basis_points(const Settings& settings) {
  return parse_decimal(settings.gateway_markup_basis_points).value_or(0);
}

int64_t platform_limit_nanos(const Settings& settings) {
  return parse_decimal(settings.gateway_account_limit_cents).value_or(0) * nanos_per_cent;
}

}  // namespace fairway
