// The providers behind the gateway: a fixed table of addresses and credentials. No caller names a
// host, and no header of a caller's goes on but those listed here.
#pragma once

#include "shared/host/host.h"

namespace fairway {

// Who serves it: for "email" and "sms", the plain forms, the provider that is set; else itself.
std::string_view provider_of(const Settings& settings, std::string_view service);

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
// Asks Twilio about a message.
UpstreamRequest message_request(const Settings& settings, std::string_view message_id);

// Whether an answer says that the platform's key is refused: nothing that the caller could mend.
bool refuses_our_key(std::string_view service, int status, std::string_view body);

int64_t markup_basis_points(const Settings& settings);
// 0: no cap.
int64_t platform_limit_nanos(const Settings& settings);

}  // namespace fairway
