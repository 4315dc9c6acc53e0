#include "shared/provisioning/answers.h"

#include "shared/base/text.h"

namespace fairway::provisioning_detail {

namespace {
constexpr size_t quoted_bytes_max = 300;
}

HttpRequest plain_request(std::string method, std::string url, std::string_view token) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.headers.push_back({"authorization", cat({"Bearer ", token})});
  return request;
}

HttpRequest json_request(std::string method, std::string url, std::string_view token,
                         const Json& body) {
  HttpRequest request = plain_request(std::move(method), std::move(url), token);
  request.headers.push_back({"content-type", "application/json"});
  request.body.push_back(bytes_piece(to_text(body)));
  return request;
}

Failure refused(std::string_view provider, std::string_view doing, int status,
                std::string_view said) {
  std::string words = to_utf8(said, quoted_bytes_max);
  std::string message = cat({provider, " refused to ", doing, " (", decimal(status), ")",
                             words.empty() ? "." : ": ", words});
  if (status == 401 || status == 403) {
    return ask_permission(
        "provider_refused", std::move(message),
        cat({"The operator must give Fairway a valid token for ", provider, "."}));
  }
  if (status == 402) {
    return ask_permission("provider_quota", std::move(message),
                          cat({"The operator's plan at ", provider, " must be extended."}));
  }
  return report_bug("unexpected_answer", std::move(message));
}

Outcome<Json> json_of(std::string_view provider, const HttpResponse& response) {
  auto json = parse_json(response.body);
  if (json.ok()) return json;
  return report_bug("unexpected_answer",
                    cat({provider, " answered ", decimal(response.status),
                         " with no JSON: ", to_utf8(response.body, quoted_bytes_max)}));
}

}  // namespace fairway::provisioning_detail
