#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/views/review_parts.h"

namespace fairway {
namespace {

constexpr float side_width = 220;
constexpr float bar_height = 64;

std::string project_name(const State& state) {
  const Card* card = find_card(state, state.review->project_id);
  return card != nullptr ? card->name : state.review->project_id;
}

std::string deploy_address(const Review& review) {
  return cat({"/app/dashboard?deploy=", review.project_id});
}

// Where one is: the project, its dialog, this page.
void draw_path(ui::Ui& ui, Desk& desk, ui::Rect row) {
  ui::Scope scope(ui, {.role = ui::Role::navigation, .name = "Where you are", .box = row});
  const ui::TextStyle quiet = ui::with(ui::style::control, ui::Tone::text_2);
  const auto chevron = [&] {
    ui::icon(ui, ui::cut_left(row, 14, 8), ui::Icon::right, 14, ui::Tone::text_3);
  };
  ui::text_left(ui, row, project_name(desk.state), quiet, 8);
  chevron();
  const ui::LinkOptions options{.style = quiet, .spoken_name = "Back to Deploy"};
  const ui::Rect at = ui::cut_left(row, ui::link_width(ui, "Deploy", options), 8);
  const bool goes_back = ui::link(ui, at, "Deploy", deploy_address(*desk.state.review), options);
  chevron();
  ui::text(ui, row, "Data to carry", ui::style::control);
  if (goes_back) close_review(desk.dashboard);
}

std::string words_of_work(const Review& review) {
  if (review.stage == Review::Stage::reading) return "Reading the preview data";
  if (review.tables_total == 0) return "Looking into the tables";
  return cat({"Looked into ", grouped(review.tables_done), " of ",
              counted(review.tables_total, "table", "tables")});
}

// While it is read, or when it cannot be.
float draw_unready(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const Review& review = *desk.state.review;
  if (review.stage != Review::Stage::failed) {
    ui::Rect row = ui::with_height(at, 20);
    ui::spinner(ui, ui::cut_left(row, 16, 8));
    ui::text(ui, row, words_of_work(review), ui::with(ui::style::control, ui::Tone::text_2));
    return 20;
  }
  const ui::Rect zone{at.x, at.y, std::min(at.width, 720.0F), 0};
  const float height = problem_zone(ui, zone, review.problem);
  ui::Rect row{at.x, at.y + height + 12, at.width, ui.touch() ? 44.0F : 32.0F};
  if (ui::button_left(ui, row, "Look again", {})) look_again(desk.dashboard);
  if (ui::button_left(ui, row, "Open in the Builder", {})) {
    desk.dashboard.browser.go_to(builder_address(desk.state.review->project_id));
  }
  return height + 12 + row.height;
}

float draw_refusal(ui::Ui& ui, const Review& review, ui::Rect at) {
  const auto& refusal = review.of_target().refusal;
  if (!refusal) return 0;
  return problem_zone(ui, {at.x, at.y, at.width, 0}, *refusal) + 16;
}

bool is_ready(const Review& review) { return review.stage == Review::Stage::ready; }

float draw_title(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Review& review = *desk.state.review;
  const bool ready = is_ready(review);
  const std::string title = ready ? review_title(review.of_target()) : "Data to carry";
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Rect row = ui::with_height(at, 32);
  if (ready && !is_phone) {
    const ui::Rect choice = ui::cut_right(row, target_switch_width(ui, review), 12);
    ui::text_right(ui, row, "Carry to", ui::with(ui::style::control, ui::Tone::text_2), 16);
    ui::heading(ui, row, title, 1, ui::style::page_title);
    draw_target_switch(ui, review, choice, ui::SegmentFit::content);
  } else {
    ui::heading(ui, row, title, 1, ui::style::page_title);
  }
  if (!ready) return 32 + 16;
  const ui::TextStyle style = ui::wrapped(ui::with(ui::style::body, ui::Tone::text_2));
  const std::string below = review_subtitle(review.of_target());
  const ui::Rect lines{at.x, at.y + 36, at.width, 20};
  return 36 + (below.empty() ? 0 : ui::text_block(ui, lines, below, style)) + 20;
}

float draw_wide(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const bool has_side = ui.width_class() != ui::WidthClass::tablet;
  if (!has_side) {
    const float rows = draw_review_table(ui, desk, at);
    return rows + 20 + draw_review_exports(ui, desk, {at.x, at.y + rows + 20, 280, 0});
  }
  ui::Rect rest = at;
  const ui::Rect side = ui::cut_left(rest, side_width, 20);
  const float tables = draw_review_tables(ui, desk, side);
  const ui::Rect below{side.x, side.y + tables + 20, side.width, 0};
  const float exports = draw_review_exports(ui, desk, below);
  return std::max(tables + 20 + exports, draw_review_table(ui, desk, rest));
}

float draw_narrow(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Review& review = *desk.state.review;
  float y = at.y;
  draw_target_switch(ui, review, {at.x, y, at.width, 44}, ui::SegmentFit::fill);
  y += 56;
  draw_table_select(ui, review, {at.x, y, at.width, 44});
  y += 52;
  ui::Rect line{at.x, y, at.width, 44};
  draw_only_decisions(ui, review, ui::cut_left(line, 150));
  if (ui::button_right(ui, line, "Use safe choices", {.kind = ui::ButtonKind::quiet})) {
    use_safe_choices(desk.dashboard);
  }
  y += 52;
  y += draw_review_list(ui, desk, {at.x, y, at.width, 0}) + 16;
  y += draw_review_exports(ui, desk, {at.x, y, at.width, 0});
  return y - at.y;
}

std::string foot_words(const Review& review) {
  if (!is_ready(review)) return "Nothing is sent from this page.";
  return review.target == ReviewTarget::turso
             ? "Nothing is sent yet. Turso keeps every value as it is."
             : "Nothing is sent yet. These choices shape the PostgreSQL script.";
}

std::string accept_words(const Review& review) {
  const int64_t decisions = review.of_target().decisions;
  return decisions == 0 ? std::string("Accept")
                        : cat({"Accept ", counted(decisions, "decision", "decisions")});
}

// Why it cannot be accepted; empty when it can.
std::string_view why_not_accept(const Review& review) {
  if (!is_ready(review)) return "The data has to be read first.";
  return review.of_target().refusal ? std::string_view(review.of_target().refusal->message)
                                    : std::string_view();
}

std::string accept_keys(ui::Ui& ui, const Review& review) {
  const bool has_keys = !ui.touch() && why_not_accept(review).empty();
  return has_keys ? ui::keys_text(ui, "↵") : std::string();
}

// True when it was accepted, by the button or the keys.
bool draw_accept(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const Review& review = *desk.state.review;
  const std::string_view why = why_not_accept(review);
  const std::string keys = accept_keys(ui, review);
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const ui::ButtonOptions options{.kind = ui::ButtonKind::primary,
                                  .size = is_phone ? ui::ButtonSize::main : ui::ButtonSize::control,
                                  .disabled_reason = why,
                                  .keys_hint = keys,
                                  .key_shortcuts = "Control+Enter",
                                  .key = "accept"};
  const bool is_free = !desk.state.palette.open && why.empty();
  const bool by_keys = is_free && ui.pressed("Enter", ui::KeyPress::Command::yes);
  return ui::button(ui, at, accept_words(review), options) || by_keys;
}

void draw_bar(ui::Ui& ui, Desk& desk, ui::Rect bar) {
  ui::bar(ui, bar, ui::BarEdge::bottom);
  ui::Scope scope(ui, {.role = ui::Role::region, .name = "Decisions", .box = bar});
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Rect inside = ui::shrunk(bar, ui.metrics().margin, is_phone ? 8 : 16);
  if (is_phone) {
    const bool back =
        ui::button(ui, ui::cut_left(inside, 96, 8), "Back", {.size = ui::ButtonSize::main});
    const bool accepted = draw_accept(ui, desk, inside);
    if (accepted) accept_review(desk.dashboard);
    if (back && !accepted) close_review(desk.dashboard);
    return;
  }
  const bool ready = is_ready(*desk.state.review);
  // Reading order is left to right, so what lies at the right is measured first.
  const std::string keys = accept_keys(ui, *desk.state.review);
  const float accept_width =
      ui::button_width(ui, accept_words(*desk.state.review), {.keys_hint = keys});
  const ui::Rect accept = ui::cut_right(inside, accept_width, 12);
  const ui::Rect back = ui::cut_right(inside, ui::button_width(ui, "Back", {}), 12);
  const ui::ButtonOptions quiet{.kind = ui::ButtonKind::quiet};
  const ui::Rect safe =
      ui::cut_right(inside, ready ? ui::button_width(ui, "Use safe choices", quiet) : 0.0F, 12);
  ui::text(ui, inside, foot_words(*desk.state.review),
           ui::with(ui::style::control, ui::Tone::text_2));
  if (ready && ui::button(ui, safe, "Use safe choices", quiet)) use_safe_choices(desk.dashboard);
  const bool goes_back = ui::button(ui, back, "Back", {});
  const bool accepted = draw_accept(ui, desk, accept);
  if (accepted) accept_review(desk.dashboard);
  if (goes_back && !accepted) close_review(desk.dashboard);
}

}  // namespace

std::string spoken_row(const ReviewRow& row) {
  return row.label.empty() ? row.name : cat({row.name, ", ", row.label});
}

std::string choice_name(const ReviewRow& row) { return cat({"Choice for ", spoken_row(row)}); }

std::string settled_words(const ReviewRow& row) {
  const bool is_changed = row.choices.size() > 1 && row.choice != row.choices.front();
  return is_changed ? choice_words(row, row.choice) : "Nothing to decide";
}

std::string hidden_words(const Review& review, int64_t hidden) {
  const bool has_others = std::ranges::any_of(
      review.of_target().rows, [](const ReviewRow& row) { return row.column.empty(); });
  return has_others ? cat({counted(hidden, "more row", "more rows"), ", nothing to decide"})
                    : cat({counted(hidden, "more column", "more columns"), ", nothing to decide"});
}

void draw_target_switch(ui::Ui& ui, Review& review, ui::Rect at, ui::SegmentFit fit) {
  const auto count = [](const TargetReview& of) {
    return of.decisions == 0 ? std::string() : grouped(of.decisions);
  };
  const std::string turso = count(review.turso);
  const std::string postgres = count(review.postgres);
  const std::array<ui::Segment, 2> segments = {
      {{.words = target_words(ReviewTarget::turso), .count = turso},
       {.words = target_words(ReviewTarget::postgres), .count = postgres}}};
  int chosen = review.target == ReviewTarget::turso ? 0 : 1;
  if (!ui::segmented(ui, at, "Carry to", segments, chosen,
                     {.role = ui::SegmentRole::radios, .fit = fit})) {
    return;
  }
  review.target = chosen == 0 ? ReviewTarget::turso : ReviewTarget::postgres;
  review.row.clear();
  review.detail.clear();
}

float target_switch_width(ui::Ui& ui, const Review& review) {
  const std::string turso = grouped(review.turso.decisions);
  const std::string postgres = grouped(review.postgres.decisions);
  const std::array<ui::Segment, 2> segments = {
      {{.words = target_words(ReviewTarget::turso),
        .count = review.turso.decisions == 0 ? "" : std::string_view(turso)},
       {.words = target_words(ReviewTarget::postgres),
        .count = review.postgres.decisions == 0 ? "" : std::string_view(postgres)}}};
  return ui::segmented_width(ui, segments);
}

void draw_table_select(ui::Ui& ui, Review& review, ui::Rect at) {
  std::vector<ui::SelectOption> options = {{.words = "All"}};
  int chosen = 0;
  for (const ReviewTable& table : review.tables) {
    if (table.name == review.table) chosen = static_cast<int>(options.size());
    options.push_back({.words = table.name});
  }
  if (!ui::select(ui, at, "Table", options, chosen, {.prefix = "Table"})) return;
  review.table = chosen <= 0 ? "" : review.tables[static_cast<size_t>(chosen) - 1].name;
}

void draw_only_decisions(ui::Ui& ui, Review& review, ui::Rect at) {
  ui::Rect rest = at;
  ui::switch_(ui, ui::cut_left(rest, 32, 8), "Only decisions", review.only_decisions);
  ui::text(ui, rest, "Only decisions",
           ui::with(ui::with(ui::style::control, ui::Tone::text_2), ui::Voice::silent));
}

bool follow_row_keys(ui::Ui& ui, Desk& desk, const ShownRows& shown) {
  Review& review = *desk.state.review;
  const auto& rows = review.of_target().rows;
  size_t digit = 0;
  for (size_t i = 1; i <= 9 && digit == 0; ++i) {
    if (ui.pressed(decimal(static_cast<int64_t>(i)))) digit = i;
  }
  const bool down = ui.pressed("ArrowDown");
  if (digit == 0 && !down && !ui.pressed("ArrowUp")) return false;
  // Only now the row is looked for: there may be many.
  const auto at = std::ranges::find_if(
      shown.rows, [&](size_t index) { return rows[index].key() == review.row; });
  const bool is_somewhere = at != shown.rows.end();
  if (digit > 0) {
    if (!is_somewhere || digit > rows[*at].choices.size()) return false;
    const ReviewRow row = rows[*at];  // choosing makes the rows anew
    choose_in_review(desk.dashboard, row, row.choices[digit - 1]);
    return false;
  }
  if (shown.rows.empty()) return false;
  const auto last = static_cast<ptrdiff_t>(shown.rows.size()) - 1;
  ptrdiff_t to = down ? 0 : last;
  if (is_somewhere) {
    to = std::clamp<ptrdiff_t>(at - shown.rows.begin() + (down ? 1 : -1), 0, last);
  }
  const ReviewRow& row = rows[shown.rows[static_cast<size_t>(to)]];
  review.row = row.key();
  ui.focus_by_name(ui::Role::button, spoken_row(row));
  return true;
}

void draw_review(ui::Ui& ui, Desk& desk, ui::Rect page) {
  const ui::PageMetrics metrics = ui.metrics();
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  {
    ui::Scope main(ui, {.role = ui::Role::main, .name = "Data to carry", .box = page});
    ui::Rect area = page;
    const ui::Rect bar = ui::cut_bottom(area, bar_height);
    {
      ui::Scroll scroll(ui, area, "Data to carry");
      const ui::Rect content = scroll.content();
      const float width = std::min(content.width - 2 * metrics.margin, metrics.content_width_max);
      const ui::Rect inside{content.x + (content.width - width) / 2, content.y + 20, width, 0};
      float y = inside.y;
      draw_path(ui, desk, ui::with_height(inside, 20));
      y += 28;
      if (desk.state.review) {
        y += draw_title(ui, desk, {inside.x, y, width, 0});
        const ui::Rect rest{inside.x, y, width, 0};
        if (is_ready(*desk.state.review)) {
          const float refusal = draw_refusal(ui, *desk.state.review, rest);
          const ui::Rect below{rest.x, rest.y + refusal, width, 0};
          y += refusal + (is_phone ? draw_narrow(ui, desk, below) : draw_wide(ui, desk, below));
        } else {
          y += draw_unready(ui, desk, rest);
        }
      }
      scroll.took(y - content.y + 32);
    }
    if (desk.state.review) draw_bar(ui, desk, bar);
  }
  if (desk.state.review) draw_review_detail(ui, desk);
  if (desk.state.review && ui.pressed("Escape")) close_review(desk.dashboard);
}

}  // namespace fairway
