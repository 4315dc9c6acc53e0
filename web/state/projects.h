// The list of projects: what the edge knows joined with what the builder left in this browser.
//
// Pure rules. A card is one project with one status and one main action; filtering, searching and
// ordering never ask anybody. Up to limits::projects_max projects; joining costs one pass, ordering
// n log n. No errors: what is unknown is left out rather than invented.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "web/api_client/messages.h"
#include "web/state/preview.h"

namespace fairway {

enum class CardStatus : uint8_t { needs_you, failed, deploying, not_deployed, live };

std::string_view status_words(CardStatus status);

struct Card {
  std::string id;
  std::string name;
  std::string description;
  CardStatus status = CardStatus::not_deployed;
  int64_t edited_at_ms = 0;
  bool on_edge = false;  // Fairway knows it; else only this browser does.
  bool in_builder = false;
  // Counted in this browser when the preview lies here, else as the edge was last told.
  std::optional<message::PreviewSize> preview;
  std::optional<Failure> preview_problem;
  bool preview_is_counting = false;
  std::optional<message::App> app;
  std::optional<message::DeploymentSummary> deployment;
};

// One card for each project of either list, joined by id; the browser's name and description win,
// since they are newer than the last upload.
std::vector<Card> join_projects(const std::vector<message::Project>& on_edge,
                                const std::vector<LocalProject>& in_builder);

enum class StatusFilter : uint8_t { all, live, deploying, failed, not_deployed };
inline constexpr std::array<StatusFilter, 5> status_filters = {
    StatusFilter::all, StatusFilter::live, StatusFilter::deploying, StatusFilter::failed,
    StatusFilter::not_deployed};

enum class PlatformFilter : uint8_t { any, web };
enum class ProjectOrder : uint8_t { needs_you_first, newest_first, by_name };

std::string_view filter_words(StatusFilter filter);
std::string_view platform_words(PlatformFilter filter);
std::string_view order_words(ProjectOrder order);

// "Failed" takes in what needs the person: both have stopped.
bool matches(StatusFilter filter, CardStatus status);

struct ProjectChoice {
  StatusFilter status = StatusFilter::all;
  PlatformFilter platform = PlatformFilter::any;
  ProjectOrder order = ProjectOrder::needs_you_first;
  std::string search;  // In name, description or address, letter case aside.
};

// The positions in `cards` that the choice shows, in its order.
std::vector<size_t> shown_cards(const std::vector<Card>& cards, const ProjectChoice& choice);

// How many cards each of `status_filters` would show, the other choices as they are.
std::array<int64_t, 5> count_by_status(const std::vector<Card>& cards, const ProjectChoice& choice);

// What to clear when nothing is shown: 'No project is "Failed". ...', empty when nothing is set.
std::string explain_no_match(const ProjectChoice& choice);

// "Failed 6 min ago", "Started 14 s ago", "Deployed 2 days ago", "Edited 2 h ago".
std::string card_time(const Card& card, int64_t now_ms);
int64_t card_moment_ms(const Card& card);

// The button of the card by its state: "Deploy", "View progress", "Try again", "Fix and deploy".
std::string main_action_words(const Card& card);

// The step of a deployment as something that goes on: "Carry data" -> "Carrying data".
std::string step_in_progress(std::string_view step_title);

// "https://..." of a running app, empty when it has none.
std::string live_url(const Card& card);

}  // namespace fairway
