#include "web/state/projects.h"

#include <algorithm>
#include <map>
#include <utility>

#include "shared/base/text.h"
#include "web/state/words.h"

namespace fairway {
namespace {

CardStatus status_of(const Card& card) {
  if (card.deployment) {
    switch (card.deployment->status) {
      case message::DeploymentStatus::queued:
      case message::DeploymentStatus::running:
      case message::DeploymentStatus::cancelling:
        return CardStatus::deploying;
      case message::DeploymentStatus::needs_you:
        return CardStatus::needs_you;
      case message::DeploymentStatus::failed:
        return CardStatus::failed;
      case message::DeploymentStatus::live:
      case message::DeploymentStatus::cancelled:
        break;
    }
  }
  if (!card.app) return CardStatus::not_deployed;
  switch (card.app->status) {
    case message::AppStatus::deploying:
      return CardStatus::deploying;
    case message::AppStatus::live:
      return CardStatus::live;
    case message::AppStatus::failed:
      return CardStatus::failed;
    case message::AppStatus::needs_you:
      return CardStatus::needs_you;
    case message::AppStatus::cancelled:
    case message::AppStatus::not_deployed:
      break;
  }
  return CardStatus::not_deployed;
}

Card card_of(const message::Project& project) {
  Card card;
  card.id = project.id;
  card.name = project.name;
  card.description = project.description;
  card.edited_at_ms = project.updated_at_ms;
  card.on_edge = true;
  card.preview = project.preview;
  card.app = project.app;
  card.deployment = project.deployment;
  return card;
}

void add_builder_side(Card& card, const LocalProject& project) {
  card.id = project.id;
  card.in_builder = true;
  if (!project.name.empty()) card.name = project.name;
  if (!project.description.empty()) card.description = project.description;
  if (card.name.empty()) card.name = project.id;
  card.edited_at_ms =
      std::max({card.edited_at_ms, project.saved_at_ms, project.database_saved_at_ms});
  card.preview_is_counting = project.preview.waiting();
  if (project.preview.failed()) {
    card.preview.reset();
    card.preview_problem = project.preview.failure;
  } else if (project.preview.has_value()) {
    const LocalPreview& preview = *project.preview.value;
    card.preview = message::PreviewSize{static_cast<int64_t>(preview.tables.size()), preview.rows,
                                        preview.size_bytes};
  }
}

bool contains(const std::string& text, const std::string& lowered) {
  return lower_ascii(text).find(lowered) != std::string::npos;
}

bool found_by_search(const Card& card, const std::string& lowered) {
  if (lowered.empty()) return true;
  return contains(card.name, lowered) || contains(card.description, lowered) ||
         (card.app && contains(card.app->url, lowered));
}

// Every card of this version is a web app or can become one, so "Web" shows what "Any" shows but
// for apps of other platforms that an edge of a later version reports.
bool found_by_platform(const Card& card, PlatformFilter platform) {
  return platform == PlatformFilter::any || !card.app || card.app->platform == "web";
}

bool comes_before(const Card& one, const Card& other, ProjectOrder order) {
  if (order == ProjectOrder::needs_you_first && one.status != other.status) {
    return one.status < other.status;
  }
  if (order == ProjectOrder::by_name) {
    const std::string one_name = lower_ascii(one.name);
    const std::string other_name = lower_ascii(other.name);
    if (one_name != other_name) return one_name < other_name;
    return one.id < other.id;
  }
  const int64_t one_moment = card_moment_ms(one);
  const int64_t other_moment = card_moment_ms(other);
  if (one_moment != other_moment) return one_moment > other_moment;
  return one.id < other.id;
}

}  // namespace

std::string_view status_words(CardStatus status) {
  switch (status) {
    case CardStatus::needs_you:
      return "Needs you";
    case CardStatus::failed:
      return "Failed";
    case CardStatus::deploying:
      return "Deploying";
    case CardStatus::not_deployed:
      return "Not deployed";
    case CardStatus::live:
      return "Live";
  }
  return "";
}

std::vector<Card> join_projects(const std::vector<message::Project>& on_edge,
                                const std::vector<LocalProject>& in_builder) {
  std::vector<Card> cards;
  std::map<std::string, size_t> places;
  for (const auto& project : on_edge) {
    places.emplace(project.id, cards.size());
    cards.push_back(card_of(project));
  }
  for (const auto& project : in_builder) {
    auto [place, is_new] = places.emplace(project.id, cards.size());
    if (is_new) cards.emplace_back();
    add_builder_side(cards[place->second], project);
  }
  for (Card& card : cards) card.status = status_of(card);
  return cards;
}

std::string_view filter_words(StatusFilter filter) {
  switch (filter) {
    case StatusFilter::all:
      return "All";
    case StatusFilter::live:
      return "Live";
    case StatusFilter::deploying:
      return "Deploying";
    case StatusFilter::failed:
      return "Failed";
    case StatusFilter::not_deployed:
      return "Not deployed";
  }
  return "";
}

std::string_view platform_words(PlatformFilter filter) {
  return filter == PlatformFilter::any ? "Any" : "Web";
}

std::string_view order_words(ProjectOrder order) {
  switch (order) {
    case ProjectOrder::needs_you_first:
      return "Needs you first";
    case ProjectOrder::newest_first:
      return "Newest first";
    case ProjectOrder::by_name:
      return "Name";
  }
  return "";
}

bool matches(StatusFilter filter, CardStatus status) {
  switch (filter) {
    case StatusFilter::all:
      return true;
    case StatusFilter::live:
      return status == CardStatus::live;
    case StatusFilter::deploying:
      return status == CardStatus::deploying;
    case StatusFilter::failed:
      return status == CardStatus::failed || status == CardStatus::needs_you;
    case StatusFilter::not_deployed:
      return status == CardStatus::not_deployed;
  }
  return false;
}

std::vector<size_t> shown_cards(const std::vector<Card>& cards, const ProjectChoice& choice) {
  const std::string lowered = lower_ascii(trim(choice.search));
  std::vector<size_t> shown;
  for (size_t i = 0; i < cards.size(); ++i) {
    if (matches(choice.status, cards[i].status) && found_by_platform(cards[i], choice.platform) &&
        found_by_search(cards[i], lowered)) {
      shown.push_back(i);
    }
  }
  std::sort(shown.begin(), shown.end(), [&](size_t one, size_t other) {
    return comes_before(cards[one], cards[other], choice.order);
  });
  return shown;
}

std::array<int64_t, 5> count_by_status(const std::vector<Card>& cards,
                                       const ProjectChoice& choice) {
  const std::string lowered = lower_ascii(trim(choice.search));
  std::array<int64_t, 5> counts{};
  for (const Card& card : cards) {
    if (!found_by_platform(card, choice.platform) || !found_by_search(card, lowered)) continue;
    for (size_t i = 0; i < status_filters.size(); ++i) {
      if (matches(status_filters[i], card.status)) ++counts[i];
    }
  }
  return counts;
}

std::string explain_no_match(const ProjectChoice& choice) {
  std::vector<std::string> reasons;
  if (!trim(choice.search).empty()) {
    reasons.push_back(cat({"the search \"", trim(choice.search), "\""}));
  }
  if (choice.status != StatusFilter::all) {
    reasons.push_back(cat({"the filter \"", filter_words(choice.status), "\""}));
  }
  if (choice.platform != PlatformFilter::any) {
    reasons.push_back(cat({"the platform \"", platform_words(choice.platform), "\""}));
  }
  if (reasons.empty()) return "";
  return cat({"No project matches ", join(reasons, " and "), "."});
}

int64_t card_moment_ms(const Card& card) {
  switch (card.status) {
    case CardStatus::needs_you:
    case CardStatus::failed:
      if (card.deployment && card.deployment->ended_at_ms > 0) return card.deployment->ended_at_ms;
      break;
    case CardStatus::deploying:
      if (card.deployment && card.deployment->started_at_ms > 0) {
        return card.deployment->started_at_ms;
      }
      break;
    case CardStatus::live:
      if (card.app && card.app->last_deployed_at_ms > 0) return card.app->last_deployed_at_ms;
      break;
    case CardStatus::not_deployed:
      break;
  }
  return card.edited_at_ms;
}

std::string card_time(const Card& card, int64_t now_ms) {
  const int64_t moment_ms = card_moment_ms(card);
  if (moment_ms <= 0) return "";
  std::string_view verb = "Edited ";
  if (moment_ms != card.edited_at_ms || card.status != CardStatus::not_deployed) {
    switch (card.status) {
      case CardStatus::needs_you:
        verb = "Stopped ";
        break;
      case CardStatus::failed:
        verb = "Failed ";
        break;
      case CardStatus::deploying:
        verb = "Started ";
        break;
      case CardStatus::live:
        verb = "Deployed ";
        break;
      case CardStatus::not_deployed:
        break;
    }
  }
  return cat({verb, time_ago(now_ms, moment_ms)});
}

std::string main_action_words(const Card& card) {
  switch (card.status) {
    case CardStatus::deploying:
      return "View progress";
    case CardStatus::needs_you:
    case CardStatus::failed:
      return "See what stopped";
    case CardStatus::not_deployed:
    case CardStatus::live:
      return "Deploy";
  }
  return "Deploy";
}

std::string step_in_progress(std::string_view step_title) {
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"Check project", "Checking the project"}, {"Create database", "Creating the database"},
      {"Carry data", "Carrying data"},           {"Prepare code", "Preparing code"},
      {"Publish site", "Publishing the site"},   {"Attach domain", "Attaching the domain"},
      {"Check it live", "Checking it live"},     {"Record release", "Recording the release"}};
  for (const auto& [title, going_on] : words) {
    if (title == step_title) return std::string(going_on);
  }
  return std::string(step_title);
}

std::string live_url(const Card& card) {
  return card.app && card.app->status == message::AppStatus::live ? card.app->url : "";
}

}  // namespace fairway
