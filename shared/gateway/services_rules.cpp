#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/gateway/services.h"

namespace fairway {

namespace {

constexpr std::array<std::string_view, 3> payer_names = {"off", "platform", "own"};

}  // namespace

const std::vector<GatewayService>& gateway_services() {
  static const std::vector<GatewayService> services = {
      {"openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL", "/api/proxy/openai/v1"},
      {"anthropic", "Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL",
       "/api/proxy/anthropic"}};
  return services;
}

const GatewayService* find_service(std::string_view name) {
  for (const auto& service : gateway_services()) {
    if (service.name == name) return &service;
  }
  return nullptr;
}

std::string_view name_of(Payer payer) { return payer_names.at(size_t(payer)); }

std::optional<Payer> payer_of(std::string_view name) {
  for (size_t i = 0; i < payer_names.size(); ++i) {
    if (payer_names.at(i) == name) return Payer(i);
  }
  return std::nullopt;
}

std::vector<std::string> own_variables_of(const GatewayService& service,
                                          const std::vector<std::string>& set_by_owner) {
  std::vector<std::string> own;
  for (const auto& name : set_by_owner) {
    bool is_its = name == service.key_variable || name == service.address_variable;
    if (is_its) own.push_back(name);
  }
  return own;
}

std::vector<std::pair<std::string, std::string>> service_variables(
    const std::vector<ServiceChoice>& choices, const std::string& key, const std::string& origin,
    const std::vector<std::string>& set_by_owner) {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const auto& choice : choices) {
    const GatewayService* service = find_service(choice.service);
    if (service == nullptr || choice.payer == Payer::off) continue;
    if (!own_variables_of(*service, set_by_owner).empty()) continue;
    variables.emplace_back(service->key_variable, key);
    variables.emplace_back(service->address_variable, cat({origin, service->path}));
  }
  return variables;
}

}  // namespace fairway
