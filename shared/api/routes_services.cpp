// Which services a project's app has, and who pays for its calls.
#include "shared/api/routes.h"
#include "shared/base/text.h"
#include "shared/gateway/services.h"
#include "shared/gateway/upstream.h"

namespace fairway::routes {

namespace {

Failure no_project() {
  return fix_input("project_not_found", "There is no such project in your account.",
                   "Open it from the builder again.");
}

}  // namespace

Json services_json(Host& host, const std::string& project_id) {
  std::vector<std::string> set;
  for (const auto& variable : list_environment(host.database, project_id)) {
    set.push_back(variable.name);
  }
  auto choices = list_service_choices(host.database, project_id);
  Json list = Json::array();
  for (const auto& service : gateway_services()) {
    Payer payer = Payer::off;
    std::string hint;
    for (const auto& choice : choices) {
      if (choice.service != service.name) continue;
      payer = choice.payer;
      hint = choice.hint;
    }
    list.push_back({{"service", service.name},
                    {"title", service.title},
                    {"payer", name_of(payer)},
                    {"own_key_hint", hint},
                    {"why_off", why_service_is_off(host.settings, service.name)},
                    {"variables", {service.key_variable, service.address_variable}},
                    {"set_by_owner", own_variables_of(service, set)}});
  }
  return list;
}

Task<ApiResponse> get_services(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  co_return json_response({{"services", services_json(host, call.id)}});
}

// Holds for every key of the app from this answer on. The variables reach the app with its next
// release.
Task<ApiResponse> put_service(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  ServiceChoice choice;
  choice.service = fields.text("service", {1, 40});
  auto payer = payer_of(fields.text("payer", {1, 40}));
  std::string own_key = fields.text_or("key", "");
  if (!payer) fields.refuse("payer", "must be off, platform or own");
  if (auto failure = fields.failure()) co_return *failure;
  choice.payer = *payer;
  if (choice.payer != Payer::own && !own_key.empty()) {
    co_return fix_input("invalid_field", "key goes with the payer own only.");
  }
  std::string why_off = why_service_is_off(host.settings, choice.service);
  if (choice.payer == Payer::platform && !why_off.empty()) {
    co_return ask_permission("service_off", why_off, "Use a key of your own meanwhile.");
  }
  co_await choose_service(host, call.account(), call.id, std::move(choice), std::move(own_key));
  auto answer = json_response({{"services", services_json(host, call.id)}});
  std::string keys = join(active_keys_of_project(host.database, call.id), ",");
  if (!keys.empty()) answer.headers.push_back({std::string(meters_changed_header), keys});
  co_return answer;
}

}  // namespace fairway::routes
