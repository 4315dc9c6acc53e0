#include "worker/runs.h"

#include "shared/api/api.h"
#include "shared/deployment/deployment.h"
#include "shared/gateway/serve_meter.h"

namespace fairway::worker {

namespace {

// An instance serves many requests, one after another; what they may share is public anyway.
KeyCache& key_cache() {
  static KeyCache keys;
  return keys;
}

ApiRequest request_of(const Json& control, std::string body) {
  ApiRequest request;
  request.method = control.at("method");
  request.scheme = control.at("scheme");
  request.host = text_or(control, "host", "");
  request.path = control.at("path");
  request.query = control.at("query");
  for (const Json& header : control.at("headers")) {
    request.headers.push_back({header.at(0), header.at(1)});
  }
  request.body = std::move(body);
  const Json& user = control.at("user");
  if (!user.is_null()) request.user = User{user.at("id"), user.at("email")};
  request.is_schema_up = request.user.has_value();  // The account has run `open` before.
  request.request_id = control.at("request_id");
  return request;
}

Frame frame_of(ApiResponse response) {
  Json headers = Json::array();
  for (const auto& header : response.headers) headers.push_back({header.name, header.value});
  return {{{"status", response.status}, {"headers", std::move(headers)}}, std::move(response.body)};
}

Task<Frame> run_authenticate(Host& host, ApiRequest request) {
  std::string request_id = request.request_id;
  auto user = co_await outcome_of(authenticate(host, key_cache(), std::move(request)));
  if (!user.ok()) co_return frame_of(failure_response(user.failure(), request_id));
  co_return Frame{{{"user", {{"id", user->id}, {"email", user->email}}},
                   {"valid_until_ms", user->valid_until_ms}},
                  ""};
}

Task<Frame> run_open(Host& host) {
  bring_schema_up(host.database);
  co_return Frame{Json::object(), ""};
}

Task<Frame> run_meter(Host& host, Json control) {
  std::string account = control.at("account");
  const Json& question = control.at("question");
  std::string verb = question.at("verb");
  OpenedKeys own_keys;
  if (verb == "open" || verb == "grant") {
    own_keys = co_await open_own_keys(host, account, question.at("key_id"));
  }
  Books books{host.database, host.settings, account, host.clock.now_ms(), std::move(own_keys)};
  co_return Frame{serve_meter(books, question), ""};
}

Task<Frame> run_jobs(Host& host, bool is_alone) {
  bring_schema_up(host.database);
  if (is_alone) end_leases(host.database);
  co_await run_due_jobs(host, deployment_workflows());
  co_return Frame{Json::object(), ""};
}

}  // namespace

Task<Frame> run_named(Host& host, Json control, std::string body) {
  std::string run = control.at("run");
  if (run == "open") co_return co_await run_open(host);
  if (run == "jobs") co_return co_await run_jobs(host, control.at("alone").get<bool>());
  if (run == "meter") co_return co_await run_meter(host, std::move(control));
  if (run == "untold") co_return Frame{{{"keys", untold_keys(host.database)}}, ""};
  if (run == "told") {
    told(host.database, control.at("keys"));
    co_return Frame{Json::object(), ""};
  }
  if (run == "refuse") {
    Refusal refusal = refusal_of(control.at("service").get<std::string>(), control.at("failure"),
                                 control.at("id").get<std::string>());
    Json headers = Json::array();
    for (const auto& header : refusal.headers) headers.push_back({header.name, header.value});
    co_return Frame{{{"status", refusal.status}, {"headers", std::move(headers)}},
                    std::move(refusal.body)};
  }
  ApiRequest request = request_of(control, std::move(body));
  if (run == "authenticate") co_return co_await run_authenticate(host, std::move(request));
  FAIRWAY_ASSERT(run == "request");
  co_return frame_of(co_await answer_request(host, key_cache(), std::move(request)));
}

}  // namespace fairway::worker
