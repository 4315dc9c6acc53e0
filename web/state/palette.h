// The command palette: what can be done, found by a few letters.
//
// Pure. Actions come before projects, projects before places; at most palette_rows_max rows are
// shown. Matching is fuzzy over words and hints, letter case aside: letters must come in order;
// beginnings of words and unbroken runs score higher. Cost: one pass over all entries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairway {

struct State;

inline constexpr size_t palette_rows_max = 8;

struct Palette {
  bool open = false;
  std::string text;  // Of the person.
  int chosen = 0;    // Of the rows shown.
};

enum class CommandKind : uint8_t {
  deploy,
  view_progress,
  open_app,
  show_project,
  show_keys,
  go_projects,
  go_usage,
  go_activity,
  open_builder,
  theme_system,
  theme_light,
  theme_dark,
  refresh,
  sign_out
};

enum class CommandGroup : uint8_t { actions, projects, places };
std::string_view group_words(CommandGroup group);

struct Command {
  CommandKind kind = CommandKind::refresh;
  CommandGroup group = CommandGroup::actions;
  std::string project_id;
  std::string words;
  std::string hint;
  std::string keys;  // "D", "G A"
};

struct Found {
  Command command;
  // Positions of bytes in `command.words` that the typed letters matched.
  std::vector<size_t> matched;
};

std::vector<Command> all_commands(const State& state);

struct PaletteResult {
  std::vector<Found> rows;
  size_t found_total = 0;
};
PaletteResult search_commands(const State& state, std::string_view typed);

// The score of a fuzzy match, or -1; positions are those of `words`.
int fuzzy_score(std::string_view words, std::string_view typed, std::vector<size_t>* positions);

}  // namespace fairway
