// What a person presses, types into or chooses from.
//
// All return true (or say it in their result) in the one pass after the person acted. Rectangles
// are the drawing; on touch the pressable box grows to 44 by itself. `*_width` tells the width that
// a widget takes by itself, `*_left`/`*_right` cut exactly that from a row.
// Heights of the design: small 28, control 32, field 36, large 40, main 44 (48 on touch). A button
// is drawn in the middle of a higher rectangle.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "web/ui/icon.h"
#include "web/ui/layout.h"
#include "web/ui/node.h"
#include "web/ui/text.h"

namespace fairway::ui {

class Ui;

enum class Chosen : bool { no = false, yes = true };  // Chosen{a == b}

// --- Buttons and links
// ----------------------------------------------------------------------------

enum class ButtonKind : std::uint8_t { secondary, primary, quiet, link, danger, danger_fill };
enum class ButtonSize : std::uint8_t { control, small, large, main };

struct ButtonOptions {
  ButtonKind kind = ButtonKind::secondary;
  ButtonSize size = ButtonSize::control;
  Icon icon = Icon::none;
  Icon icon_after = Icon::none;
  std::string_view busy_word = {};        // "Deploying": shows the arc, a press does nothing
  std::string_view disabled_reason = {};  // "" = can be pressed; said by tooltip and description
  std::string_view spoken_name = {};      // when the words alone would not do
  std::string_view description = {};
  std::string_view keys_hint = {};      // "⌘↵" in a small box; see keys_text()
  std::string_view key_shortcuts = {};  // "Control+Enter", for assistive technology
  std::string_view tooltip = {};
  std::string_view key = {};  // identity, when the words change while it stays the same
};
bool button(Ui& ui, const Rect& at, std::string_view words, const ButtonOptions& options = {});
float button_width(Ui& ui, std::string_view words, const ButtonOptions& options = {});
float button_height(const Ui& ui, ButtonSize size);
bool button_left(Ui& ui, Rect& rest, std::string_view words, const ButtonOptions& options = {},
                 float gap = 8);
bool button_right(Ui& ui, Rect& rest, std::string_view words, const ButtonOptions& options = {},
                  float gap = 8);

/// A square with an icon; `name` is spoken and shown as tooltip. Kind quiet unless told.
bool icon_button(Ui& ui, const Rect& at, Icon which, std::string_view name,
                 const ButtonOptions& options = {.kind = ButtonKind::quiet});

struct LinkOptions {
  TextStyle style = with(style::control_strong, Tone::accent_text);
  Icon icon_after = Icon::none;
  enum class Opens : std::uint8_t { here, new_tab } opens = Opens::here;
  std::string_view spoken_name = {};
  std::string_view key = {};
};
/// A real link. Addresses that start with "/app" (or "#") stay in the dashboard: true is returned
/// and the view acts; others are followed by the browser.
bool link(Ui& ui, const Rect& at, std::string_view words, std::string_view href,
          const LinkOptions& options = {});
float link_width(Ui& ui, std::string_view words, const LinkOptions& options = {});

struct PressOptions {
  Role role = Role::button;  // button, link, row...
  std::string_view href = {};
  float radius = 8;
  Chosen chosen = Chosen::no;
  std::string_view description = {};
  std::string_view disabled_reason = {};
  std::string_view key = {};
};
struct Press {
  bool clicked = false;
  bool hovered = false;
  bool held = false;
  bool focused = false;  // by keyboard
};
/// Makes any box pressable; draw what you like inside. Draws only the focus ring.
Press press_area(Ui& ui, const Rect& at, std::string_view name, const PressOptions& options = {});

/// "⌘K" or "Ctrl K", as the person's keyboard has it.
std::string keys_text(const Ui& ui, std::string_view key);
/// The small box of a key; returns its width. Part of something else's name, so no node.
float kbd(Ui& ui, const Rect& at, std::string_view keys, Align align = Align::left);

// --- Fields
// ---------------------------------------------------------------------------------------

struct FieldOptions {
  std::string_view label =
      {};  // always spoken; a visible label is drawn by the view (text, Voice::silent)
  std::string_view placeholder = {};
  std::string_view hint = {};   // spoken; draw it where it fits
  std::string_view error = {};  // "" = fine. Red edge; spoken; drawn below by field_error()
  Icon icon = Icon::none;
  std::string_view keys_hint = {};
  std::string_view suffix = {};  // ".pages.dev"
  std::string_view autocomplete = "off";
  std::string_view disabled_reason = {};
  Face face = Face::regular;  // mono for names of variables
  int length_max = 2000;
  enum class Access : std::uint8_t { edit, read_only } access = Access::edit;
  std::string_view key = {};  // identity, when the label is not enough
};
struct FieldResult {
  bool changed = false;
  bool submitted = false;  // Enter
  bool focused = false;
  explicit operator bool() const { return changed; }
};
FieldResult text_field(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options);
FieldResult password_field(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options);
FieldResult search_field(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options);
/// Several lines, scrolls inside. Enter makes a line; Command+Enter submits.
FieldResult text_area(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options);
float field_height(const Ui& ui);
/// The line below a field: icon and words in `bad`. Returns its height (0 without an error).
float field_error(Ui& ui, const Rect& at, std::string_view error);

// --- Choices
// --------------------------------------------------------------------------------------

struct ChoiceOptions {
  std::string_view disabled_reason = {};
  std::string_view description = {};
  std::string_view spoken_name = {};
  TextStyle style = style::control;
};
bool checkbox(Ui& ui, const Rect& at, std::string_view words, bool& value,
              const ChoiceOptions& options = {});
bool switch_(Ui& ui, const Rect& at, std::string_view name, bool& value,
             const ChoiceOptions& options = {});

/// Radios and option cards between its begin and end form one group: Tab enters it at the chosen
/// one, arrows move and choose.
class RadioGroup {
 public:
  RadioGroup(Ui& ui, const Rect& at, std::string_view name);
  ~RadioGroup();
  RadioGroup(const RadioGroup&) = delete;
  RadioGroup& operator=(const RadioGroup&) = delete;

 private:
  Ui& ui_;
};
bool radio(Ui& ui, const Rect& at, std::string_view words, Chosen chosen,
           const ChoiceOptions& options = {});
/// Only the drawing, for rows that are radios as a whole (press_area with Role::radio).
void radio_mark(Ui& ui, float x, float middle_y, Chosen chosen);
void tick_mark(Ui& ui, float x, float middle_y, Chosen chosen);

struct OptionCard {
  std::string_view title{};
  std::string_view detail{};    // may be empty
  std::string_view badge = {};  // "Recommended"
  Chosen chosen = Chosen::no;
  std::string_view disabled_reason = {};
};
/// 60 high. Inside a RadioGroup.
bool option_card(Ui& ui, const Rect& at, const OptionCard& card);

struct Segment {
  std::string_view words{};
  std::string_view count = {};  // "9" beside "All"
  Icon icon = Icon::none;
  std::string_view disabled_reason = {};
};
enum class SegmentRole : std::uint8_t { tabs, radios };
enum class SegmentFit : std::uint8_t { content, fill };
struct SegmentedOptions {
  SegmentRole role = SegmentRole::tabs;
  SegmentFit fit = SegmentFit::content;
};
/// 32 high (44 on touch). True when the person chose another one; `chosen` is set.
bool segmented(Ui& ui, const Rect& at, std::string_view name, std::span<const Segment> segments,
               int& chosen, const SegmentedOptions& options = {});
float segmented_width(Ui& ui, std::span<const Segment> segments);

struct SelectOption {
  std::string_view words{};
  std::string_view detail = {};
  std::string_view disabled_reason = {};
};
struct SelectOptions {
  std::string_view prefix = {};  // "Sort", shown before the choice; the spoken name is `name`
  std::string_view disabled_reason = {};
  std::string_view placeholder = "Choose";
};
/// A list that opens below. `chosen` -1 = none yet. True when another was chosen.
bool select(Ui& ui, const Rect& at, std::string_view name, std::span<const SelectOption> choices,
            int& chosen, const SelectOptions& options = {});
float select_width(Ui& ui, std::span<const SelectOption> choices, int chosen,
                   const SelectOptions& options = {});

// --- Small signs
// ----------------------------------------------------------------------------------

enum class Mood : std::uint8_t { plain, ok, warn, bad, accent };
/// 24 high, soft fill; returns its width. `chip_left` cuts it from a row.
float chip(Ui& ui, const Rect& at, std::string_view words, Mood mood = Mood::plain,
           Icon which = Icon::none);
float chip_width(Ui& ui, std::string_view words, Icon which = Icon::none);
void chip_left(Ui& ui, Rect& rest, std::string_view words, Mood mood = Mood::plain,
               Icon which = Icon::none, float gap = 6);

enum class Status : std::uint8_t { none, live, running, failed, needs_you };
/// A dot and a word, never the colour alone. Returns its width.
float status(Ui& ui, const Rect& at, Status which, std::string_view words,
             Align align = Align::left);
float status_width(Ui& ui, std::string_view words);

void avatar(Ui& ui, const Rect& at, std::string_view initials);

/// Shown 500 ms after the pointer came to rest on `over`, or at once when the keyboard is there.
void tooltip_for(Ui& ui, const Rect& over, std::string_view words, const Press& press);

}  // namespace fairway::ui
