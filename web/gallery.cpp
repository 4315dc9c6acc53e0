#include "web/gallery.h"

#include <array>
#include <string>

namespace fairway {

namespace {

using namespace ui;

struct GalleryState {
  std::string domain;
  std::string typed = "studioho";
  std::string wrong = "studio hours";
  std::string secret;
  std::string notes = "STRIPE_KEY=sk_test\nSESSION_SECRET=";
  std::string query;
  int segment = 0;
  int sort = 0;
  int database = 0;
  int palette_row = 0;
  int presses = 0;
  bool renew = true;
  bool other = false;
  bool on = true;
  bool off = false;
  bool dialog = false;
  bool palette = false;
};

void caption_line(Ui& ui, Column& column, std::string_view words) {
  text(ui, column.next(16), words, with(style::caption, Tone::text_3));
  column.skip(10);
}

void draw_type(Ui& ui, Column& column) {
  caption_line(ui, column, "Type, Inter 400 and 600, JetBrains Mono 400");
  heading(ui, column.next(40), "Figure 32", 1, style::figure);
  heading(ui, column.next(32), "Page title 24", 2, style::page_title);
  heading(ui, column.next(28), "Dialog title 20", 3, style::dialog_title);
  heading(ui, column.next(24), "Section 16", 4, style::section);
  heading(ui, column.next(20), "Card title 15", 5, style::card_title);
  text(ui, column.next(20), "Body 14, the quick launch of a small app", style::body);
  text(ui, column.next(20), "Control and table 13, second rank",
       with(style::control, Tone::text_2));
  text(ui, column.next(16), "Caption 12, third rank", with(style::caption, Tone::text_3));
  text(ui, column.next(20), "0:06.4 mono 12, logs and names", with(style::mono, Tone::text_2));
  text(ui, column.next(20),
       "Any script: 日本語 한국어 العربية Ελληνικά Привет "
       "🚀👩‍💻",
       style::body);
  column.skip(24);
}

void draw_colors(Ui& ui, Column& column) {
  struct Swatch {
    Tone tone;
    std::string_view name;
  };
  constexpr Swatch swatches[] = {{Tone::canvas, "canvas"},
                                 {Tone::surface, "surface"},
                                 {Tone::inset, "inset"},
                                 {Tone::hover, "hover"},
                                 {Tone::border, "border"},
                                 {Tone::outline, "outline"},
                                 {Tone::text, "text"},
                                 {Tone::text_2, "text-2"},
                                 {Tone::text_3, "text-3"},
                                 {Tone::accent_line, "accent-line"},
                                 {Tone::accent, "accent"},
                                 {Tone::accent_soft, "accent-soft"},
                                 {Tone::accent_text, "accent-text"},
                                 {Tone::ok, "ok"},
                                 {Tone::ok_soft, "ok-soft"},
                                 {Tone::warn, "warn"},
                                 {Tone::warn_soft, "warn-soft"},
                                 {Tone::bad, "bad"},
                                 {Tone::bad_soft, "bad-soft"}};
  caption_line(ui, column, "Colour");
  const Rect area = column.next(10 * 30);
  int index = 0;
  for (const Swatch& swatch : swatches) {
    Rect cell = grid_cell(area, index++, 2, 28, 2);
    const Rect square = middle(cut_left(cell, 24, 8), 24);
    box(ui, square, {.fill = swatch.tone, .edge = Tone::border, .radius = 6});
    text(ui, cell, swatch.name, with(style::caption, Tone::text_2));
  }
  column.skip(24);
}

void draw_button_row(Ui& ui, Column& column, std::string_view title, ButtonKind kind,
                     GalleryState& state) {
  caption_line(ui, column, title);
  Rect row = column.next(32);
  const Scope scope(ui, title);
  if (button_left(ui, row, "Deploy", {.kind = kind}, 12)) ++state.presses;
  button_left(ui, row, "Deploy", {.kind = kind, .disabled_reason = "Choose a database first"}, 12);
  button_left(ui, row, "Deploy", {.kind = kind, .busy_word = "Deploying"}, 12);
  button_left(ui, row, "Import a project", {.kind = kind, .icon = Icon::download}, 12);
  column.skip(20);
}

void draw_buttons(Ui& ui, Column& column, GalleryState& state) {
  draw_button_row(ui, column, "Primary", ButtonKind::primary, state);
  draw_button_row(ui, column, "Secondary", ButtonKind::secondary, state);
  draw_button_row(ui, column, "Quiet", ButtonKind::quiet, state);
  caption_line(ui, column, "Danger: outline opens the dialog, fill does it");
  Rect row = column.next(32);
  button_left(ui, row, "Delete", {.kind = ButtonKind::danger});
  button_left(ui, row, "Delete app and 12,840 rows", {.kind = ButtonKind::danger_fill});
  column.skip(20);
  caption_line(ui, column, "Heights 28, 32, 40, and 44 on touch");
  row = column.next(44);
  button_left(ui, row, "Copy", {.size = ButtonSize::small, .icon = Icon::copy});
  if (button_left(ui, row, "Review")) state.dialog = true;
  button_left(ui, row, "Open", {.size = ButtonSize::large, .icon = Icon::out});
  const std::string keys = keys_text(ui, "↵");
  button_left(ui, row, "Deploy and pay $14.00",
              {.kind = ButtonKind::primary, .size = ButtonSize::main, .keys_hint = keys});
  if (Menu menu(ui, cut_left(row, 32), "More", {}); menu.open()) {
    if (menu.item({.words = "Open the palette", .icon = Icon::search})) state.palette = true;
    menu.item({.words = "Docs", .icon = Icon::doc, .keys_hint = "?"});
    menu.separator();
    menu.item({.words = "Delete app", .icon = Icon::trash, .kind = MenuItem::Kind::danger});
  }
  column.skip(20);
}

void draw_fields(Ui& ui, Column& column, GalleryState& state) {
  caption_line(ui, column, "Field: rest, focus, error, secret, several lines");
  const Rect row = column.next(field_height(ui));
  text_field(ui, column_of(row, 0, 2, 8), state.domain,
             {.label = "Domain", .placeholder = "studiohours.app"});
  text_field(ui, column_of(row, 1, 2, 8), state.typed, {.label = "Domain, typed"});
  column.skip(8);
  constexpr std::string_view error = "A domain has no spaces. Try studiohours.app.";
  text_field(ui, column.next(field_height(ui)), state.wrong, {.label = "Wrong", .error = error});
  column.skip(6);
  field_error(ui, column.next(16), error);
  column.skip(8);
  const Rect second = column.next(field_height(ui));
  password_field(ui, column_of(second, 0, 2, 8), state.secret,
                 {.label = "Secret", .placeholder = "Sealed when saved"});
  search_field(ui, column_of(second, 1, 2, 8), state.query,
               {.label = "Find", .placeholder = "Find a project"});
  column.skip(8);
  text_area(ui, column.next(76), state.notes, {.label = "Environment"});
  column.skip(20);
}

void draw_choices(Ui& ui, Column& column, GalleryState& state) {
  caption_line(ui, column, "Choice");
  Rect row = column.next(20);
  {
    const RadioGroup group(ui, row, "Database");
    if (radio(ui, cut_left(row, 64, 16), "Turso", Chosen{state.database == 0})) state.database = 0;
    if (radio(ui, cut_left(row, 60, 16), "Neon", Chosen{state.database == 1})) state.database = 1;
  }
  checkbox(ui, cut_left(row, 68, 16), "Renew", state.renew);
  checkbox(ui, cut_left(row, 68, 16), "Remind", state.other);
  switch_(ui, cut_left(row, 32, 20), "Alerts", state.on);
  switch_(ui, cut_left(row, 32), "Digest", state.off);
  column.skip(12);
  row = column.next(ui.touch() ? 44 : 32);
  constexpr std::array segments{Segment{"Fairway"}, Segment{"My key"}, Segment{"Off"}};
  segmented(ui, cut_left(row, segmented_width(ui, segments), 8), "Who pays", segments,
            state.segment);
  constexpr std::array sorts{SelectOption{"Newest"}, SelectOption{"Name"},
                             SelectOption{"Needs you first"}};
  const SelectOptions sort_options{.prefix = "Sort"};
  const float width = select_width(ui, sorts, state.sort, sort_options);
  select(ui, cut_left(row, width), "Sort", sorts, state.sort, sort_options);
  column.skip(12);
  const Rect cards = column.next(60);
  const RadioGroup group(ui, cards, "Hosting");
  for (int i = 0; i < 2; ++i)
    if (option_card(ui, column_of(cards, i, 2, 8),
                    {.title = i == 0 ? "Cloudflare" : "Vercel",
                     .detail = i == 0 ? "300+ places, free" : "On your Vercel account, your plan",
                     .badge = i == 0 ? "Recommended" : "",
                     .chosen = Chosen{state.database == i}}))
      state.database = i;
}

void draw_signs(Ui& ui, Column& column) {
  caption_line(ui, column, "Status: dot and word, never colour alone");
  Rect row = column.next(16);
  const auto one = [&](Status which, std::string_view words) {
    status(ui, cut_left(row, status_width(ui, words), 10), which, words);
  };
  one(Status::live, "Live");
  one(Status::running, "Deploying");
  one(Status::failed, "Failed");
  one(Status::needs_you, "Needs you");
  one(Status::none, "Not deployed");
  column.skip(12);
  row = column.next(24);
  chip_left(ui, row, "Web", Mood::plain, Icon::globe);
  chip_left(ui, row, "iOS", Mood::plain, Icon::phone);
  chip_left(ui, row, "Live now", Mood::ok);
  chip_left(ui, row, "1 decision", Mood::warn);
  chip_left(ui, row, "Failed", Mood::bad);
  kbd(ui, row, keys_text(ui, "K"));
  column.skip(24);
}

void draw_marks(Ui& ui, Column& column) {
  caption_line(ui, column, "The eight marks: waiting, running, stopped, live");
  constexpr Mark w = Mark::waiting;
  constexpr Mark d = Mark::done;
  constexpr Mark r = Mark::running;
  constexpr Mark f = Mark::failed;
  constexpr std::array waiting{w, w, w, w, w, w, w, w};
  constexpr std::array running{d, d, r, w, w, w, w, w};
  constexpr std::array stopped{d, d, d, d, f, w, w, w};
  constexpr std::array live{d, d, d, d, d, d, d, d};
  eight_marks(ui, column.next(4), waiting, "Waiting");
  column.skip(12);
  eight_marks(ui, column.next(4), running, "3 of 8, Carry data", {.running_fraction = 0.58F});
  column.skip(12);
  eight_marks(ui, column.next(4), stopped, "Stopped at 5 of 8, Publish site");
  column.skip(12);
  eight_marks(ui, column.next(4), live, "Live");
  column.skip(12);
  eight_marks(ui, column.next(6), running, "3 of 8, big",
              {.running_fraction = 0.58F, .size = MarkSize::big});
  column.skip(24);
}

void draw_shapes(Ui& ui, Column& column) {
  caption_line(ui, column, "Radius 4, 6, 8, 12, 16. Shadow 1, 2, 3");
  Rect row = column.next(40);
  for (const float radius : {4.0F, 6.0F, 8.0F, 12.0F, 16.0F})
    box(ui, cut_left(row, 40, 12), {.edge = Tone::outline, .radius = radius});
  column.skip(14);
  row = column.next(44);
  for (const Shadow shadow : {Shadow::card, Shadow::menu, Shadow::dialog})
    box(ui, cut_left(row, 68, 20), {.edge = Tone::border, .radius = 10, .shadow = shadow});
  column.skip(24);
}

void draw_charts(Ui& ui, Column& column) {
  caption_line(ui, column, "Charts");
  Rect row = column.next(56);
  constexpr std::array visits{1.0F, 3.0F, 2.0F, 5.0F,  4.0F, 7.0F,
                              6.0F, 9.0F, 7.0F, 10.0F, 8.0F, 11.0F};
  sparkline(ui, cut_left(row, 150, 20), visits, "Visits, rising");
  constexpr std::array days{18.0F, 30.0F, 24.0F, 40.0F, 36.0F, 50.0F};
  bar_chart(ui, cut_left(row, 96, 20), days, "Spend by day");
  ring(ui, cut_left(row, 56), 0.38F, "38 %", "38 percent of the limit");
  column.skip(24);
  caption_line(ui, column, "Loading: blocks of the real shape, after 300 ms");
  const Rect outer = column.next(108);
  const Rect inside = shrunk(outer, 16);
  card(ui, outer);
  Column blocks{inside, 8};
  const Rect first = blocks.next(14);
  skeleton(ui, {first.x, first.y, first.width * 0.4F, 14}, 0);
  const Rect second = blocks.next(12);
  skeleton(ui, {second.x, second.y, second.width * 0.8F, 12}, 0);
  skeleton(ui, blocks.next(36), 0);
  column.skip(24);
}

void draw_icons(Ui& ui, Column& column) {
  caption_line(ui, column, "Icons, 20 grid, stroke 1.5, drawn at 14, 16, 20");
  const Rect area = column.next(4 * 30);
  for (int i = 1; i < int(Icon::count); ++i)
    icon(ui, grid_cell(area, i - 1, 12, 20, 10), Icon(i), 20, Tone::text_2);
}

void draw_toasts(Ui& ui) {
  Toasts toasts(ui);
  toasts.toast({.key = "copied", .title = "Address copied", .detail = "studiohours.app"});
  toasts.toast({.key = "lost",
                .title = "Connection lost",
                .detail = "Trying again in 4 s",
                .mood = Mood::warn,
                .action = "Try now"});
}

void draw_dialogs(Ui& ui, GalleryState& state) {
  if (state.dialog) {
    Dialog dialog(ui, {.title = "Deploy Studio Hours", .foot_height = 64});
    text_field(ui, with_height(shrunk(dialog.body, 24), 36), state.domain, {.label = "Address"});
    Rect foot = middle(dialog.foot, 44);
    if (button_right(ui, foot, "Deploy", {.kind = ButtonKind::primary})) state.dialog = false;
    if (button_right(ui, foot, "Keep the preview", {.kind = ButtonKind::quiet}))
      state.dialog = false;
    if (dialog.wants_close()) state.dialog = false;
  }
  if (ui.pressed("k", KeyPress::Command::yes)) state.palette = true;
  if (!state.palette) return;
  const std::array entries{
      PaletteEntry{
          .words = "Deploy Studio Hours", .hint = "Web", .icon = Icon::globe, .matched = {0, 1}},
      PaletteEntry{.words = "Delete Night Market",
                   .hint = "opens a dialog",
                   .icon = Icon::trash,
                   .matched = {0, 1}},
      PaletteEntry{.words = "Dark theme", .icon = Icon::moon, .matched = {0}}};
  const PaletteAnswer answer = palette(ui, state.query, entries, state.palette_row);
  if (answer.closed || answer.picked >= 0) state.palette = false;
}

class Gallery final : public Screen {
 public:
  explicit Gallery(Shell& shell) : shell_(shell) {}

  void draw(Ui& ui) override {
    box(ui, ui.screen(), {.fill = Tone::canvas});
    const Scope main(ui, {.role = Role::main, .name = "Parts", .box = ui.screen()});
    Scroll scroll(ui, ui.screen(), "Parts");
    const Rect page = shrunk(scroll.content(), ui.metrics().margin, 32);
    const bool narrow = ui.width_class() == WidthClass::phone;
    const float used = narrow ? draw_narrow(ui, page) : draw_wide(ui, page);
    scroll.took(used + 200);
    draw_toasts(ui);
    draw_dialogs(ui, state_);
    if (ui.pressed("t")) next_theme(ui);
  }
  void address_changed() override {}
  void file_given(std::string, std::string) override {}

 private:
  float draw_narrow(Ui& ui, const Rect& page) {
    Column column{page};
    draw_type(ui, column);
    draw_buttons(ui, column, state_);
    draw_fields(ui, column, state_);
    draw_choices(ui, column, state_);
    column.skip(24);
    draw_signs(ui, column);
    draw_marks(ui, column);
    draw_charts(ui, column);
    draw_icons(ui, column);
    return column.used();
  }

  float draw_wide(Ui& ui, Rect page) {
    Column left{cut_left(page, 336, 40)};
    Column middle_column{cut_left(page, 560, 40)};
    Column right{page};
    draw_type(ui, left);
    draw_colors(ui, left);
    draw_buttons(ui, middle_column, state_);
    draw_fields(ui, middle_column, state_);
    draw_choices(ui, middle_column, state_);
    draw_signs(ui, right);
    draw_marks(ui, right);
    draw_shapes(ui, right);
    draw_charts(ui, right);
    draw_icons(ui, right);
    return std::max({left.used(), middle_column.used(), right.used()});
  }

  void next_theme(Ui& ui) {
    shell_.set_theme(ui.theme() == Theme::light ? ThemeChoice::dark : ThemeChoice::light);
  }

  Shell& shell_;
  GalleryState state_;
};

}  // namespace

std::unique_ptr<Screen> make_gallery(Shell& shell) { return std::make_unique<Gallery>(shell); }

}  // namespace fairway
