#include "web/actions/session.h"

#include <utility>

#include "shared/base/id.h"
#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/connection.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/review.h"
#include "web/api_client/api_client.h"

namespace fairway {
namespace {

constexpr int64_t other_tab_pause_ms = 3'000;

// The value of `name` among "a=1&b=2", decoded; empty when absent or malformed.
std::string parameter(std::string_view text, std::string_view name) {
  for (const std::string_view pair : split(text, '&')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    return url_decode(replace_all(std::string(pair.substr(equals + 1)), "+", "%20")).value_or("");
  }
  return "";
}

std::string without_fragment(std::string_view url) {
  return std::string(url.substr(0, url.find('#')));
}

void follow_address(Dashboard& dashboard, const PageAddress& address) {
  follow_page(dashboard, address);
  if (!address.deploy.empty()) open_deploy(dashboard, address.deploy);
  if (address.review) open_review(dashboard, address.deploy);
}

Task<Done> load_health(Dashboard& dashboard) {
  dashboard.state.health.ask(dashboard.host.clock.now_ms());
  auto health = co_await outcome_of(api_client::fetch_health(dashboard.host));
  if (health.ok()) {
    dashboard.state.health.arrive(health.value(), dashboard.host.clock.now_ms());
  } else {
    dashboard.state.health.fail(health.failure());
    note_failure(dashboard, health.failure());
  }
  co_return Done{};
}

// Exchanges the token of the address; false when the person has to sign in again.
Task<Done> enter(Dashboard& dashboard, std::string access_token) {
  Session& session = dashboard.state.session;
  session.entering = true;
  auto opened =
      co_await outcome_of(api_client::open_session(dashboard.host, std::move(access_token)));
  session.entering = false;
  if (!opened.ok()) session.problem = opened.failure();
  co_return Done{};
}

// Waits until another tab has signed in: the cookie is shared by all tabs of this page.
Task<Done> wait_for_session(Dashboard& dashboard) {
  while (dashboard.state.session.stage == Session::Stage::expired) {
    co_await dashboard.host.clock.sleep_ms(other_tab_pause_ms);
    auto person = co_await outcome_of(api_client::fetch_person(dashboard.host));
    if (!person.ok()) continue;
    Session& session = dashboard.state.session;
    if (session.person.user_id != person.value().user_id) {
      dashboard.browser.go_to("/app/dashboard");
      co_return Done{};
    }
    session.stage = Session::Stage::signed_in;
    dashboard.running.restart("projects", load_projects(dashboard));
    resume_deploy(dashboard);
  }
  co_return Done{};
}

}  // namespace

void follow_page(Dashboard& dashboard, const PageAddress& address) {
  State& state = dashboard.state;
  state.page = address.page == "activity" ? Page::activity
               : address.page == "usage"  ? Page::usage
                                          : Page::projects;
  load_page(dashboard);
  if (address.page == "app" && !address.project.empty()) {
    dashboard.running.restart("app page", follow_app_page(dashboard, address.project));
  }
}

PageAddress read_address(std::string_view url) {
  PageAddress address;
  const size_t hash = url.find('#');
  const std::string_view fragment =
      hash == std::string_view::npos ? std::string_view() : url.substr(hash + 1);
  std::string_view rest = url.substr(0, hash);
  const size_t scheme = rest.find("://");
  if (scheme != std::string_view::npos) {
    const size_t slash = rest.find('/', scheme + 3);
    rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
  }
  address.path_and_query = std::string(rest);
  const size_t question = rest.find('?');
  const std::string_view query =
      question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  const std::string deploy = parameter(query, "deploy");
  if (is_project_id(deploy)) address.deploy = deploy;
  address.page = parameter(query, "page");
  const std::string project = parameter(query, "project");
  if (is_project_id(project)) address.project = project;
  address.review = !address.deploy.empty() && parameter(query, "review") == "data";
  address.access_token = parameter(fragment, "access_token");
  address.sign_in_error = parameter(fragment, "error_description");
  if (address.sign_in_error.empty()) address.sign_in_error = parameter(fragment, "error");
  return address;
}

std::string sign_in_address(const State& state, std::string_view here) {
  const std::string& page = state.health.value ? state.health.value->sign_in_url : std::string();
  if (page.empty()) return "";
  return cat({page, page.find('?') == std::string::npos ? "?" : "&",
              "redirect_to=", url_encode(without_fragment(here))});
}

Task<Done> start_up(Dashboard& dashboard) {
  State& state = dashboard.state;
  const PageAddress address = read_address(dashboard.browser.address());
  dashboard.running.start_once("health", load_health(dashboard));
  if (!address.access_token.empty() || !address.sign_in_error.empty()) {
    dashboard.browser.show_address(address.path_and_query);
  }
  if (!address.sign_in_error.empty()) {
    state.session.problem =
        fix_input("sign_in_refused", cat({"The sign-in page said: ", address.sign_in_error, "."}),
                  "You can try again.");
  }
  if (!address.access_token.empty()) co_await enter(dashboard, address.access_token);

  auto person = co_await outcome_of(api_client::fetch_person(dashboard.host));
  if (!person.ok()) {
    if (!note_failure(dashboard, person.failure())) {
      state.session.stage = Session::Stage::signed_out;
      state.session.problem = person.failure();
    }
    co_return Done{};
  }
  note_answer(dashboard);
  state.session.problem = {};
  state.session.person = person.value();
  state.session.stage = Session::Stage::signed_in;
  dashboard.running.restart("builder", load_builder(dashboard));
  dashboard.running.restart("projects", load_projects(dashboard));
  follow_address(dashboard, address);
  co_return Done{};
}

void sign_in(Dashboard& dashboard) {
  const std::string address = sign_in_address(dashboard.state, dashboard.browser.address());
  if (!address.empty()) dashboard.browser.go_to(address);
}

void sign_in_elsewhere(Dashboard& dashboard) {
  const std::string address = sign_in_address(dashboard.state, dashboard.browser.address());
  if (address.empty()) return;
  dashboard.browser.open_tab(address);
  dashboard.running.start_once("other tab", wait_for_session(dashboard));
}

Task<Done> sign_out(Dashboard& dashboard) {
  auto closed = co_await outcome_of(api_client::close_session(dashboard.host));
  if (!closed.ok() && closed.failure().code != "signed_out") {
    add_toast(dashboard.state, {ToastMessage::Mood::warn, "You are still signed in",
                                closed.failure().message, dashboard.host.clock.now_ms() + 8'000});
    co_return Done{};
  }
  dashboard.browser.go_to("/app/dashboard");
  co_return Done{};
}

}  // namespace fairway
