// The usage page, an app's keys, and who pays in the deploy dialog.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/view_support.h"
#include "web/actions/app_keys.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/session.h"
#include "web/state/usage.h"
#include "web/state/words.h"

using namespace fairway;
using namespace fairway::view_tests;
using ui::Role;

namespace {

constexpr int64_t november_ms = 1'793'491'200'000;  // 1 November 2026
constexpr int64_t day_long_ms = 86'400'000;

Json usage_json(int64_t cost_nanos) {
  return {
      {"month", "2026-11"},
      {"from_ms", november_ms},
      {"until_ms", november_ms + 30 * day_long_ms},
      {"now_ms", test_now_ms},
      {"cost_nanos", cost_nanos},
      {"lent_nanos", 420'000'000},
      {"limit_nanos", 100'000'000'000},
      {"forecast_nanos", 49'830'000'000},
      {"services",
       {{{"name", "openai"}, {"calls", 3}, {"units", 1592}, {"cost_nanos", cost_nanos}}}},
      {"apps",
       {{{"name", "app_night-market"},
         {"calls", 3},
         {"units", 1592},
         {"cost_nanos", cost_nanos},
         {"previous_nanos", cost_nanos / 2}}}},
      {"models",
       {{{"name", "gpt-4o-mini"}, {"calls", 3}, {"units", 1592}, {"cost_nanos", cost_nanos}}}},
      {"days", {{{"day", 21}, {"service", "openai"}, {"calls", 3}, {"cost_nanos", cost_nanos}}}}};
}

Json calls_json() {
  return {{"calls",
           {{{"id", "call_1"},
             {"at_ms", test_now_ms},
             {"app_id", "app_night-market"},
             {"key_id", "key_1"},
             {"service", "openai"},
             {"endpoint", "chat/completions"},
             {"model", "gpt-4o-mini"},
             {"units", 1592},
             {"unit_type", "tokens"},
             {"cost_nanos", 550'000},
             {"request",
              {{"buckets", {{"input", 1204}, {"output", 388}}},
               {"hold_nanos", 900'000},
               {"latency_ms", 812},
               {"outcome", "ok"},
               {"upstream_id", "req-77"},
               {"estimated", false}}}}}},
          {"next_before", "call_1"},
          {"months",
           {{{"month", "2026-11"}, {"service", "openai"}, {"calls", 3}, {"cost_nanos", 38}}}}};
}

void open_usage(World& world, int64_t cost_nanos) {
  answer_usual(world);
  world.browser.page = "http://localhost:8787/app/dashboard?page=usage";
  world.edge.answer("GET /api/usage/current", 200, to_text(usage_json(cost_nanos)));
  world.edge.answer("GET /api/usage/history", 200, to_text(calls_json()));
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
}

void look_everywhere(NullBackend& page) {
  for (const float width : {360.0F, 390.0F, 800.0F, 1440.0F, 2600.0F}) {
    page.resize(width, width < 500 ? 844 : 900);
    for (const std::string& problem : page.problems()) MESSAGE(problem);
    CHECK(page.problems().empty());
  }
  page.use_theme(ui::Theme::dark);
  CHECK(page.problems().empty());
}

constexpr std::string_view keys_text =
    R"({"keys":[{"id":"key_1","app_id":"app_1","name":"The deployed app",
     "hint":"fw_live_4k2m...9c2f","deployed":true,"services":["openai"],"models":[],
     "spend_limit_nanos":0,"requests_per_minute":0,"expires_at_ms":0,
     "revoked_at_ms":0,"created_at_ms":1,"last_used_at_ms":0,"state":"active","cost_nanos":0}],
     "app":{"limit_nanos":0,"cost_nanos":0,"lent_nanos":0}})";

}  // namespace

TEST_CASE("amounts are exact where they are single, and typed dollars are read exactly") {
  CHECK(exact_money_words(550'000) == "$0.00055");
  CHECK(exact_money_words(1) == "$0.000000001");
  CHECK(exact_money_words(12'000'000'000) == "$12.00");
  CHECK(sum_words(38'204'999'999) == "$38.20");
  CHECK(sum_words(9'999'999) == "$0.01");
  CHECK(*parse_dollars("$12.5") == 12'500'000'000);
  CHECK(*parse_dollars("0.000000001") == 1);
  CHECK(*parse_dollars(" 100 ") == 100'000'000'000);
  for (const std::string_view bad : {"", "$", "1.2.3", "-1", "1e3", "0.0000000001", "12345678"}) {
    CHECK_FALSE(parse_dollars(bad).has_value());
  }
  CHECK(month_code(test_now_ms, UsageSpan::previous) == "2026-10");
  CHECK(month_code_words("2026-10") == "October 2026");
}

TEST_CASE("the usage page tells what is spent, where it went, and every call") {
  World world;
  open_usage(world, 38'200'000'000);
  NullBackend page = page_of(world);
  CHECK(page.shows("$38.20 of $100.00"));
  CHECK(page.shows("$49.83"));
  CHECK(page.shows("Calls stop"));
  CHECK(page.shows("+100 %"));
  CHECK(page.find(Role::button, "21 Nov, $38.20") != nullptr);
  CHECK_FALSE(page.shows("is spent."));
  page.resize(1440, 1800);
  CHECK(page.shows("$0.00055"));
  CHECK(page.shows("1,204 in, 388 out"));
  CHECK(page.find(Role::link, "Export CSV") != nullptr);
  CHECK(page.find(Role::link, "Export JSON") != nullptr);
  CHECK(page.click(Role::button, "Details of call_1"));
  CHECK(page.shows("req-77"));
  page.press("Escape");
  CHECK(page.click(Role::button, "21 Nov, $38.20"));
  world.settle();
  CHECK(world.edge.sent.back().path.find("from_ms=1795219200000&until_ms=1795305600000") !=
        std::string::npos);
  look_everywhere(page);
}

TEST_CASE("near the limit a line stands above the title, and the limit can be changed") {
  World world;
  open_usage(world, 83'000'000'000);
  world.edge.answer("PUT /api/limits", 200, "{}");
  NullBackend page = page_of(world);
  CHECK(page.shows("83 % of the limit of $100.00 is spent."));
  CHECK(page.click(Role::button, "Change limit"));
  CHECK(page.type(Role::textbox, "Dollars a month", "a lot"));
  CHECK(page.click(Role::button, "Save limit"));
  CHECK(world.edge.count("PUT /api/limits") == 0);
  CHECK(page.type(Role::textbox, "Dollars a month", "250.50"));
  CHECK(page.click(Role::button, "Save limit"));
  world.settle();
  REQUIRE(world.edge.count("PUT /api/limits") == 1);
  bool is_exact = false;
  for (const Sent& sent : world.edge.sent) {
    is_exact |= sent.body.find("\"limit_nanos\":250500000000") != std::string::npos;
  }
  CHECK(is_exact);
}

TEST_CASE("usage says what is missing, and what went wrong") {
  World empty;
  open_usage(empty, 0);
  Json nothing = usage_json(0);
  for (const char* list : {"services", "apps", "models", "days"}) nothing[list] = Json::array();
  empty.edge.answer("GET /api/usage/current", 200, to_text(nothing));
  show_page(empty.dashboard, Page::usage);
  empty.settle();
  NullBackend page = page_of(empty);
  CHECK(page.shows("No calls yet"));
  look_everywhere(page);
  World broken;
  open_usage(broken, 0);
  broken.state.usage = {};
  broken.edge.answer("GET /api/usage/current", 500,
                     R"({"error":{"reaction":"report_bug","code":"x","message":"It broke.",
                        "hint":"","request_id":"req_9"}})");
  show_page(broken.dashboard, Page::usage);
  broken.settle();
  NullBackend failed = page_of(broken);
  CHECK(failed.shows("It broke."));
  CHECK(failed.find(Role::button, "Try again") != nullptr);
  look_everywhere(failed);
}

TEST_CASE("a key is made, shown once, and revoked after a yes") {
  World world;
  answer_usual(world);
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
  world.edge.answer("GET /api/apps/", 200, std::string(keys_text));
  world.edge.answer("POST /api/apps/", 200,
                    R"({"id":"key_2","name":"Bot","hint":"fw_live_abcd...0000","state":"active",
                       "key":"fw_live_the-whole-text"})");
  world.edge.answer("DELETE /api/keys/key_1", 200, "{}");
  open_app_page(world.dashboard, "night-market");
  world.settle();
  NullBackend page = page_of(world);
  CHECK(page.shows("The deployed app"));
  look_everywhere(page);
  page.resize(1440, 900);
  CHECK(page.click(Role::button, "New key"));
  CHECK(page.click(Role::button, "Make key"));
  CHECK(page.shows("The key needs a name."));
  CHECK(page.type(Role::textbox, "Name of the key", "Bot"));
  CHECK(page.type(Role::textbox, "Dollars a month", "2.50"));
  CHECK(page.click(Role::button, "Make key"));
  world.settle();
  page.draw();
  CHECK(page.shows("fw_live_the-whole-text"));
  CHECK(page.click(Role::button, "Copy key"));
  CHECK(world.browser.copied == "fw_live_the-whole-text");
  CHECK(page.click(Role::button, "I have copied it"));
  CHECK_FALSE(page.shows("fw_live_the-whole-text"));
  CHECK(page.click(Role::button, "Revoke The deployed app"));
  CHECK(page.click(Role::button, "Keep the key"));
  CHECK(world.edge.count("DELETE /api/keys/key_1") == 0);
  CHECK(page.click(Role::button, "Revoke The deployed app"));
  CHECK(page.click(Role::button, "Revoke key"));
  world.settle();
  CHECK(world.edge.count("DELETE /api/keys/key_1") == 1);
}

TEST_CASE("the dialog asks who pays, seals one's own key, and tells what it would overwrite") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  Json plan = plan_json();
  const auto services = [](std::string_view payer, std::string_view hint) {
    return Json{{{"service", "openai"},
                 {"title", "OpenAI"},
                 {"payer", payer},
                 {"own_key_hint", hint},
                 {"why_off", ""},
                 {"variables", {"OPENAI_API_KEY", "OPENAI_BASE_URL"}},
                 {"set_by_owner", {"OPENAI_API_KEY"}}}};
  };
  plan["services"] = services("off", "");
  plan["spend_limit_nanos"] = 100'000'000'000;
  world.edge.answer("GET /api/projects/guestbook/plan", 200, to_text(plan));
  world.edge.answer("PUT /api/projects/guestbook/services", 200,
                    to_text({{"services", services("own", "1234")}}));
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  NullBackend page = page_of(world);
  CHECK(page.shows("The app does not get it"));
  CHECK(page.click(Role::radio, "My key"));
  CHECK(page.type(Role::password, "Your OpenAI key", "sk-mine-1234"));
  CHECK(page.click(Role::button, "Seal key"));
  world.settle();
  CHECK(world.edge.count("PUT /api/projects/guestbook/services") == 1);
  CHECK(world.edge.sent.back().body.find("sk-mine-1234") != std::string::npos);
  CHECK(world.state.deploy->services.key.empty());
  page.draw();
  CHECK(page.shows("Not used: OPENAI_API_KEY is in Environment"));
  look_everywhere(page);
}
