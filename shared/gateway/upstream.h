// The providers behind the gateway: a fixed table of addresses and credentials. No caller names a
// host, and no header of a caller's goes on but those listed here.
#pragma once

#include "shared/host/host.h"

namespace fairway {

// Why a service cannot be called, "" when it can.
std::string why_service_is_off(const Settings& settings, std::string_view service);

struct UpstreamRequest {
  std::string url;
  std::vector<Header> headers;
};
// `path` as read_model_call let it through. `own_key`: "" for the platform's.
UpstreamRequest upstream_request(const Settings& settings, std::string_view service,
                                 std::string_view path, const std::vector<Header>& callers,
                                 std::string_view own_key);
// What of the provider's headers the caller gets: nothing about the platform's account.
bool is_shown_header(std::string_view name);

int64_t markup_basis_points(const Settings& settings);
// 0: no cap.
int64_t platform_limit_nanos(const Settings& settings);

}  // namespace fairway
