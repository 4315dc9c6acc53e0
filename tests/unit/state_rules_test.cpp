#include <doctest/doctest.h>

#include "tests/unit/view_support.h"
#include "web/state/palette.h"
#include "web/state/reactions.h"
#include "web/state/words.h"

using namespace fairway;
using fairway::view_tests::test_now_ms;

TEST_CASE("times, sizes and sums read as people write them") {
  CHECK(time_ago(test_now_ms, test_now_ms - 1'000) == "just now");
  CHECK(time_ago(test_now_ms, test_now_ms + 60'000) == "just now");
  CHECK(time_ago(test_now_ms, test_now_ms - 14'000) == "14 s ago");
  CHECK(time_ago(test_now_ms, test_now_ms - 6 * 60'000) == "6 min ago");
  CHECK(time_ago(test_now_ms, test_now_ms - 2 * 3'600'000) == "2 h ago");
  CHECK(time_ago(test_now_ms, test_now_ms - 86'400'000) == "1 day ago");
  CHECK(time_ago(test_now_ms, test_now_ms - 21 * int64_t{86'400'000}) == "3 weeks ago");
  CHECK(time_ago(test_now_ms, test_now_ms - 40 * int64_t{86'400'000}) == "14 Oct");
  CHECK(time_ago(test_now_ms, 0) == "1 Jan 1970");
  CHECK(day_words(951'782'400'000) == "29 Feb 2000");
  CHECK(duration_words(400) == "0.4 s");
  CHECK(duration_words(11'640) == "11.6 s");
  CHECK(elapsed_words(65'000) == "1 min 5 s");
  CHECK(log_clock(6'080) == "0:06.0");
  CHECK(log_clock(-5) == "0:00.0");
  CHECK(log_clock(125'400) == "2:05.4");
  CHECK(size_words(612) == "612 bytes");
  CHECK(size_words(1'440'000) == "1.4 MB");
  CHECK(size_words(-1) == "0 bytes");
  CHECK(money_words(100'000'000) == "$0.10");
  CHECK(money_words(0) == "$0.00");
  CHECK(money_words(1'234'567'890'123) == "$1,234.57");
  CHECK(sum_words(31'950) == "$0.000032");
  CHECK(sum_words(9'999'999) == "$0.01");
  CHECK(sum_words(7) == "$0.000000007");
  CHECK(sum_words(0) == "$0.00");
  CHECK(sum_words(1'234'567'890'123) == "$1,234.57");
  CHECK(initials("mira.kern@example.org") == "MK");
  CHECK(initials("42@example.org") == "?");
  CHECK(address_words("https://fw-a.pages.dev/") == "fw-a.pages.dev");
}

namespace {

message::Project project(std::string id, message::DeploymentStatus status) {
  message::Project made;
  made.id = std::move(id);
  made.name = made.id;
  message::DeploymentSummary deployment;
  deployment.id = "d";
  deployment.status = status;
  deployment.started_at_ms = test_now_ms;
  made.deployment = deployment;
  return made;
}

LocalProject local(std::string id, std::string name) {
  LocalProject made;
  made.id = std::move(id);
  made.name = std::move(name);
  return made;
}

}  // namespace

TEST_CASE("cards join both lists, and the browser's own words are newer") {
  auto fresh = local("a-project", "New name");
  fresh.preview.arrive({{{"t", 5}}, 5, 100, 0}, 0);
  const auto cards = join_projects({project("a-project", message::DeploymentStatus::failed)},
                                   {fresh, local("only-here", "")});
  REQUIRE(cards.size() == 2);
  CHECK(cards[0].name == "New name");
  CHECK(cards[0].status == CardStatus::failed);
  CHECK(cards[0].preview->rows == 5);
  CHECK(cards[1].name == "only-here");
  CHECK(cards[1].status == CardStatus::not_deployed);
  CHECK_FALSE(cards[1].on_edge);
}

TEST_CASE("what needs the person comes first, then what stopped, then what runs") {
  using message::DeploymentStatus;
  auto fresh = local("d-fresh", "d");
  const auto cards = join_projects({project("a-running", DeploymentStatus::running),
                                    project("b-failed", DeploymentStatus::failed),
                                    project("c-needs", DeploymentStatus::needs_you)},
                                   {fresh});
  ProjectChoice choice;
  const auto shown = shown_cards(cards, choice);
  REQUIRE(shown.size() == 4);
  CHECK(cards[shown[0]].id == "c-needs");
  CHECK(cards[shown[1]].id == "b-failed");
  CHECK(cards[shown[2]].id == "a-running");
  CHECK(cards[shown[3]].id == "d-fresh");
  CHECK(count_by_status(cards, choice) == std::array<int64_t, 5>{4, 0, 1, 2, 1});
  choice.search = "  B-FAI ";
  CHECK(shown_cards(cards, choice).size() == 1);
  choice.status = StatusFilter::live;
  CHECK(shown_cards(cards, choice).empty());
  CHECK(explain_no_match(choice).find("\"B-FAI\"") != std::string::npos);
  CHECK(explain_no_match(choice).find("\"Live\"") != std::string::npos);
}

TEST_CASE("a pasted .env says what is new, changed, the same, and which lines are wrong") {
  const std::vector<message::Variable> sealed = {{"KNOWN", 0}, {"SAME", 0}};
  const SealedMarks marks = {{"SAME", mark_of("1")}, {"KNOWN", mark_of("old")}};
  const auto pasted =
      compare_pasted("NEW=a\nKNOWN=b\nSAME=1\n\nnot a line\nNEW=c\n", sealed, marks);
  CHECK(pasted.added == 1);
  CHECK(pasted.changed == 1);
  CHECK(pasted.same == 1);
  CHECK(pasted_summary(pasted) == "1 new, 1 changed, 1 the same");
  REQUIRE(pasted.mistakes.size() >= 1);
  CHECK(pasted.mistakes.front().line == 5);
  for (const auto& variable : pasted.variables) {
    if (variable.name == "NEW") CHECK(variable.value == "c");
  }
  CHECK(missing_variables({"KNOWN", "OTHER"}, sealed) == std::vector<std::string>{"OTHER"});
  CHECK(name_list({"A", "B", "C", "D"}, 2) == "A, B and 2 more");
}

TEST_CASE("the palette finds by letters in order, and shows actions before projects") {
  State state;
  state.now_ms = test_now_ms;
  message::Project market = project("night-market", message::DeploymentStatus::running);
  market.name = "Night Market";
  state.projects.arrive({market}, 0);
  LocalProject shelf = local("parcel-shelf", "Parcel Shelf");
  state.builder.arrive({shelf}, 0);
  refresh_cards(state);
  const auto found = search_commands(state, "deps");
  REQUIRE_FALSE(found.rows.empty());
  CHECK(found.rows.front().command.words == "Deploy Parcel Shelf");
  CHECK(found.rows.front().matched.size() == 4);
  CHECK(search_commands(state, "zzz").rows.empty());
  const auto everything = search_commands(state, "");
  CHECK(everything.rows.size() == palette_rows_max);
  CHECK(everything.found_total > palette_rows_max);
  std::vector<size_t> positions;
  CHECK(fuzzy_score("Deploy", "dp", &positions) > 0);
  CHECK(fuzzy_score("Deploy", "pd", &positions) == -1);
  CHECK(fuzzy_score("Deploy", "", &positions) == 0);
}

TEST_CASE("every reaction has one button, and who must act") {
  CHECK(next_step_of(retry_later("x", "m")) == NextStep::try_again);
  CHECK(next_step_of(report_bug("x", "m")) == NextStep::copy_report);
  CHECK(next_step_of(ask_permission("signed_out", "m")) == NextStep::sign_in);
  CHECK(next_step_of(fix_input("preview_corrupt", "m")) == NextStep::fix_data);
  CHECK(next_step_of(fix_input("variable_missing", "m")) == NextStep::fix_environment);
  CHECK(next_step_of(fix_input("bundle_missing", "m")) == NextStep::fix_in_builder);
  CHECK(next_step_of(fix_input("name_taken", "m")) == NextStep::choose_again);
  CHECK(who_must_act(fix_input("x", "m")) == "You");
}

TEST_CASE("the tab's title counts along with a deployment") {
  State state;
  CHECK(tab_title(state) == "Projects - Fairway");
  message::Project market = project("night-market", message::DeploymentStatus::running);
  market.name = "Night Market";
  market.deployment->step_index = 2;
  state.projects.arrive({market}, 0);
  refresh_cards(state);
  CHECK(tab_title(state) == "3 of 8, Night Market - Fairway");
}
