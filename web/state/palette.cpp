#include "web/state/palette.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "web/state/state.h"
#include "web/state/words.h"

namespace fairway {
namespace {

Command place(CommandKind kind, std::string words, std::string hint, std::string keys) {
  return {kind, CommandGroup::places, "", std::move(words), std::move(hint), std::move(keys)};
}

Command act(CommandKind kind, std::string project_id, std::string words, std::string hint) {
  return {kind, CommandGroup::actions, std::move(project_id), std::move(words), std::move(hint),
          ""};
}

void add_project_actions(const State& state, const Card& card, std::vector<Command>* commands) {
  if (card.status == CardStatus::deploying) {
    commands->push_back(act(CommandKind::view_progress, card.id,
                            cat({"View progress of ", card.name}),
                            lower_ascii(card_time(card, state.now_ms))));
    return;
  }
  commands->push_back(act(CommandKind::deploy, card.id, cat({"Deploy ", card.name}),
                          lower_ascii(card_time(card, state.now_ms))));
  const std::string url = live_url(card);
  if (!url.empty()) {
    commands->push_back(
        act(CommandKind::open_app, card.id, cat({"Open ", card.name}), address_words(url)));
    commands->push_back(act(CommandKind::show_keys, card.id, cat({"API keys of ", card.name}), ""));
  }
}

bool starts_word(std::string_view words, size_t at) {
  return at == 0 || words[at - 1] == ' ' || words[at - 1] == '-' || words[at - 1] == '.';
}

// Beginnings weigh most, then unbroken runs, then being near the start.
int score_of(std::string_view words, const std::vector<size_t>& positions) {
  int score = 0;
  for (size_t i = 0; i < positions.size(); ++i) {
    if (starts_word(words, positions[i])) score += 8;
    if (i > 0 && positions[i] == positions[i - 1] + 1) score += 5;
  }
  if (!positions.empty()) score -= static_cast<int>(std::min<size_t>(positions.front(), 20));
  return score + 40;
}

// Letters in order from `from`; false when they are not all there.
bool match_from(const std::string& words, const std::string& typed, size_t from,
                std::vector<size_t>* positions) {
  positions->clear();
  size_t at = from;
  for (const char letter : typed) {
    at = words.find(letter, at);
    if (at == std::string::npos) return false;
    positions->push_back(at++);
  }
  return true;
}

struct Scored {
  Found found;
  int score = 0;
};

}  // namespace

std::string_view group_words(CommandGroup group) {
  switch (group) {
    case CommandGroup::actions:
      return "Actions";
    case CommandGroup::projects:
      return "Projects";
    case CommandGroup::places:
      return "Go to";
  }
  return "";
}

int fuzzy_score(std::string_view words, std::string_view typed, std::vector<size_t>* positions) {
  const std::string lowered = lower_ascii(words);
  std::string letters;
  for (const char letter : lower_ascii(typed)) {
    if (letter != ' ') letters.push_back(letter);
  }
  positions->clear();
  if (letters.empty()) return 0;
  int best = -1;
  std::vector<size_t> candidate;
  for (size_t from = lowered.find(letters.front()); from != std::string::npos;
       from = lowered.find(letters.front(), from + 1)) {
    if (!match_from(lowered, letters, from, &candidate)) break;
    const int score = score_of(lowered, candidate);
    if (score > best) {
      best = score;
      *positions = candidate;
    }
  }
  return best;
}

std::vector<Command> all_commands(const State& state) {
  std::vector<Command> commands;
  ProjectChoice everything;
  const std::vector<size_t> order = shown_cards(state.cards, everything);
  for (const size_t i : order) add_project_actions(state, state.cards[i], &commands);
  commands.push_back(act(CommandKind::refresh, "", "Refresh", "asks Fairway again"));
  commands.push_back(act(CommandKind::theme_light, "", "Theme: light", ""));
  commands.push_back(act(CommandKind::theme_dark, "", "Theme: dark", ""));
  commands.push_back(act(CommandKind::theme_system, "", "Theme: as the system", ""));
  commands.push_back(act(CommandKind::sign_out, "", "Sign out", state.session.person.email));
  for (const size_t i : order) {
    const Card& card = state.cards[i];
    commands.push_back({CommandKind::show_project, CommandGroup::projects, card.id, card.name,
                        lower_ascii(status_words(card.status)), ""});
  }
  commands.push_back(place(CommandKind::go_projects, "Projects", "", "G P"));
  commands.push_back(place(CommandKind::go_usage, "Usage", "calls and what they cost", "G U"));
  commands.push_back(place(CommandKind::go_activity, "Activity", "deployment history", "G A"));
  commands.push_back(place(CommandKind::open_builder, "The Builder", "", "G B"));
  return commands;
}

PaletteResult search_commands(const State& state, std::string_view typed) {
  std::vector<Scored> scored;
  for (Command& command : all_commands(state)) {
    std::vector<size_t> positions;
    int score = fuzzy_score(command.words, typed, &positions);
    if (score < 0) {
      std::vector<size_t> in_hint;
      score = fuzzy_score(command.hint, typed, &in_hint) - 60;
      if (score < -59) continue;
    }
    scored.push_back({{std::move(command), std::move(positions)}, score});
  }
  if (!trim(typed).empty()) {
    std::stable_sort(scored.begin(), scored.end(), [](const Scored& one, const Scored& other) {
      return one.score > other.score;
    });
  }
  PaletteResult result;
  result.found_total = scored.size();
  if (scored.size() > palette_rows_max) scored.resize(palette_rows_max);
  std::stable_sort(scored.begin(), scored.end(), [](const Scored& one, const Scored& other) {
    return one.found.command.group < other.found.command.group;
  });
  for (Scored& one : scored) result.rows.push_back(std::move(one.found));
  return result;
}

}  // namespace fairway
