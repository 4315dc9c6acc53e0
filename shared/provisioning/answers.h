// How provider files decode answers that are the same everywhere. Only for provisioning/*.cpp.
#pragma once

#include "shared/base/json.h"
#include "shared/host/patient.h"

namespace fairway::provisioning_detail {

// A request that carries JSON and a bearer token.
HttpRequest json_request(std::string method, std::string url, std::string_view token,
                         const Json& body);
HttpRequest plain_request(std::string method, std::string url, std::string_view token);

// What an answer that is no success means: 401, 402 and 403 are the operator's to solve, the rest
// is unforeseen. `said` is the provider's own sentence, decoded by the caller.
Failure refused(std::string_view provider, std::string_view doing, int status,
                std::string_view said);

// The body as JSON; report_bug `unexpected_answer` where it is none.
Outcome<Json> json_of(std::string_view provider, const HttpResponse& response);

}  // namespace fairway::provisioning_detail
