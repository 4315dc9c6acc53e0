#include "shared/host/patient.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/base/time.h"

namespace fairway {

namespace {

constexpr int attempts_max = 4;
constexpr int64_t pause_ms_max = 30 * second_ms;

std::string host_of(std::string_view url) {
  size_t start = url.find("://");
  if (start == std::string_view::npos) return std::string(url);
  url.remove_prefix(start + 3);
  return std::string(url.substr(0, url.find('/')));
}

bool is_busy(int status) { return status == 429 || status >= 500; }

bool nothing_happened(const HttpResponse& response) {
  return response.status == 429 ||
         (response.status == 503 && !response.header("retry-after").empty());
}

int64_t pause_ms(const HttpResponse* response, int attempt) {
  int64_t growing = second_ms << (attempt - 1);
  if (response == nullptr) return growing;
  auto seconds = parse_decimal(response->header("retry-after"));
  if (!seconds || *seconds < 0) return growing;
  return std::min(*seconds, pause_ms_max / second_ms) * second_ms;
}

}  // namespace

Task<HttpResponse> send_patiently(Host& host, HttpRequest request, Repeat repeat) {
  for (int attempt = 1;; ++attempt) {
    auto answer = co_await outcome_of(host.http.send(request));
    if (answer.ok() && !is_busy(answer->status)) co_return std::move(*answer);
    bool again = repeat == Repeat::harmless || (answer.ok() && nothing_happened(*answer));
    if (!again || attempt == attempts_max) {
      std::string name = host_of(request.url);
      if (!answer.ok()) {
        co_return retry_later("no_answer", cat({name, " did not answer."}),
                              answer.failure().message);
      }
      co_return retry_later("provider_busy", cat({name, " answered ", decimal(answer->status),
                                                  " and did not do it."}));
    }
    co_await host.clock.sleep_ms(pause_ms(answer.ok() ? &*answer : nullptr, attempt));
  }
}

}  // namespace fairway
