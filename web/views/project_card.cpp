#include <array>

#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/deploy.h"
#include "web/state/reactions.h"
#include "web/state/words.h"
#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {
namespace {

std::string deploy_address(const Card& card) { return cat({"/app/dashboard?deploy=", card.id}); }

// Name, and the status at the right. The name is the card's link: it has the keyboard.
void draw_head(ui::Ui& ui, Desk& desk, ui::Rect row, const Card& card) {
  const std::string_view words = status_words(card.status);
  const ui::Rect status_at = ui::cut_right(row, ui::status_width(ui, words), 12);
  const float width = std::min(row.width, ui::text_width(ui, card.name, ui::style::card_title));
  const ui::Rect name{row.x, row.y, width, row.height};
  const ui::Press press = ui::press_area(
      ui, name, card.name, {.role = ui::Role::link, .href = deploy_address(card), .radius = 4});
  if (press.clicked) open_project(desk.dashboard, card.id);
  const ui::Tone tone = press.hovered ? ui::Tone::accent_text : ui::Tone::text;
  ui::TextStyle style = ui::with(ui::with(ui::style::card_title, tone), ui::Voice::silent);
  ui::text(ui, row, card.name, style);
  ui::status(ui, status_at, status_dot(card.status), words, ui::Align::right);
}

void draw_chips(ui::Ui& ui, Desk& desk, ui::Rect row, const Card& card) {
  if (ui.width_class() == ui::WidthClass::phone) {
    ui::text_right(ui, row, card_time(card, desk.state.now_ms),
                   ui::with(ui::style::caption, ui::Tone::text_3), 8);
  }
  ui::chip_left(ui, row, "Web", ui::Mood::plain, ui::Icon::globe);
  if (ui.width_class() == ui::WidthClass::phone || live_url(card).empty()) return;
  const std::string spoken = cat({"API keys of ", card.name});
  const ui::LinkOptions keys{.style = ui::with(ui::style::caption_strong, ui::Tone::text_2),
                             .spoken_name = spoken};
  const std::string address = cat({"/app/dashboard?page=app&project=", card.id});
  const float width = ui::link_width(ui, "API keys", keys);
  if (ui::link(ui, ui::cut_right(row, width), "API keys", address, keys)) {
    open_app_page(desk.dashboard, card.id);
  }
}

void draw_problem_zone(ui::Ui& ui, ui::Rect zone, std::string_view title, std::string_view words,
                       ui::Mood mood) {
  ui::zone(ui, zone, mood);
  ui::Rect inside = ui::shrunk(zone, 12, 10);
  const ui::Tone tone = mood == ui::Mood::bad ? ui::Tone::bad : ui::Tone::warn;
  ui::Rect icon = ui::cut_left(inside, 16, 8);
  ui::icon(ui, {icon.x, icon.y + 2, 16, 16}, ui::Icon::warn, 16, tone);
  ui::text_line(ui, inside, title, ui::with(ui::style::control_strong, tone));
  ui::text_line(ui, inside, words, ui::with(ui::style::control, ui::Tone::text_2));
}

void draw_running_zone(ui::Ui& ui, ui::Rect zone, const message::DeploymentSummary& deployment) {
  ui::zone(ui, zone);
  ui::Rect inside = ui::shrunk(zone, 12, 10);
  ui::Rect line = ui::cut_top(inside, 20, 10);
  ui::text_right(ui, line, deployment.detail,
                 ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Digits::tabular), 8);
  const std::string number =
      cat({decimal(deployment.step_index + 1), " of ", decimal(deployment.steps_total)});
  const std::string words = deployment.status == message::DeploymentStatus::cancelling
                                ? " Cancelling"
                                : cat({" ", step_in_progress(deployment.step_title)});
  const std::array<ui::Run, 2> parts = {{{number, ui::style::control_strong},
                                         {words, ui::with(ui::style::control, ui::Tone::text_2)}}};
  ui::runs(ui, line, parts);
  const auto marks = marks_of(deployment);
  ui::eight_marks(ui, ui::cut_top(inside, 4), marks, cat({number, ", ", deployment.step_title}));
}

void draw_upload_zone(ui::Ui& ui, ui::Rect zone, const Upload& upload) {
  ui::zone(ui, zone);
  ui::Rect inside = ui::shrunk(zone, 12, 10);
  ui::Rect line = ui::cut_top(inside, 20, 10);
  if (upload.bytes_total > 0) {
    ui::text_right(
        ui, line, cat({size_words(upload.bytes_done), " of ", size_words(upload.bytes_total)}),
        ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Digits::tabular), 8);
  }
  ui::text(ui, line, "Sending the project", ui::with(ui::style::control, ui::Tone::text_2));
  const float fraction = upload.bytes_total > 0 ? static_cast<float>(upload.bytes_done) /
                                                      static_cast<float>(upload.bytes_total)
                                                : 0.0F;
  ui::progress_bar(ui, ui::cut_top(inside, 4), fraction, "Sending the project");
}

void draw_live_zone(ui::Ui& ui, ui::Rect zone, const Card& card) {
  ui::zone(ui, zone);
  ui::Rect inside = ui::shrunk(zone, 12, 10);
  const std::string address = address_words(card.app->url);
  const ui::LinkOptions options{.icon_after = ui::Icon::out,
                                .opens = ui::LinkOptions::Opens::new_tab};
  ui::Rect line = ui::cut_top(inside, 20);
  line.width = std::min(line.width, ui::link_width(ui, address, options));
  ui::link(ui, line, address, card.app->url, options);
  const std::string words =
      card.preview ? cat({"Preview data: ", counted(card.preview->tables, "table", "tables"), ", ",
                          counted(card.preview->rows, "row", "rows")})
                   : std::string("No preview data in this browser");
  ui::text_line(ui, inside, words, ui::with(ui::style::control, ui::Tone::text_3));
}

void draw_ready_zone(ui::Ui& ui, ui::Rect zone, const Card& card) {
  ui::zone(ui, zone);
  ui::Rect inside = ui::shrunk(zone, 12, 10);
  std::string words = "No preview data in this browser";
  if (card.preview_is_counting && !card.preview) {
    words = "Counting the preview data";
  } else if (card.preview) {
    words = cat({"Preview data: ", counted(card.preview->tables, "table", "tables"), ", ",
                 counted(card.preview->rows, "row", "rows")});
  }
  ui::text_line(ui, inside, "Ready to deploy", ui::with(ui::style::control, ui::Tone::text_2));
  ui::text_line(ui, inside, words, ui::with(ui::style::control, ui::Tone::text_3));
}

std::string stopped_words(const message::DeploymentSummary& deployment) {
  return cat({"Stopped at ", decimal(deployment.step_index + 1), " of ",
              decimal(deployment.steps_total), ", ", deployment.step_title});
}

void draw_zone(ui::Ui& ui, Desk& desk, ui::Rect zone, const Card& card) {
  const Upload& upload = find_upload(desk.state, card.id);
  if (upload.active()) {
    draw_upload_zone(ui, zone, upload);
    return;
  }
  const bool has_stopped =
      card.status == CardStatus::failed || card.status == CardStatus::needs_you;
  if (has_stopped && card.deployment) {
    const std::string words =
        card.deployment->problem ? card.deployment->problem->failure.message : "";
    draw_problem_zone(ui, zone, stopped_words(*card.deployment), words,
                      card.status == CardStatus::failed ? ui::Mood::bad : ui::Mood::warn);
  } else if (card.status == CardStatus::deploying && card.deployment) {
    draw_running_zone(ui, zone, *card.deployment);
  } else if (card.status == CardStatus::live && card.app) {
    draw_live_zone(ui, zone, card);
  } else if (card.preview_problem) {
    draw_problem_zone(ui, zone, "The preview data cannot be carried", card.preview_problem->message,
                      ui::Mood::warn);
  } else {
    draw_ready_zone(ui, zone, card);
  }
}

ui::ButtonKind main_kind(const Card& card) {
  const bool waits = card.status == CardStatus::failed || card.status == CardStatus::needs_you ||
                     card.status == CardStatus::not_deployed;
  return waits ? ui::ButtonKind::primary : ui::ButtonKind::secondary;
}

void press_main(Desk& desk, const Card& card) { open_deploy(desk.dashboard, card.id); }

void draw_actions(ui::Ui& ui, Desk& desk, ui::Rect row, const Card& card) {
  const std::string words = main_action_words(card);
  const std::string spoken = cat({words, " ", card.name});
  ui::Rect rest = row;
  if (ui::button_right(ui, rest, words, {.kind = main_kind(card), .spoken_name = spoken}, 6)) {
    press_main(desk, card);
  }
  const std::string continue_spoken = cat({"Continue ", card.name, " in the Builder"});
  if (card.in_builder &&
      ui::button_right(ui, rest, "Continue",
                       {.kind = ui::ButtonKind::quiet, .spoken_name = continue_spoken}, 8)) {
    desk.dashboard.browser.go_to(builder_address(card.id));
  }
  ui::text(ui, rest, card_time(card, desk.state.now_ms),
           ui::with(ui::style::caption, ui::Tone::text_3));
}

void draw_more_menu(ui::Ui& ui, Desk& desk, ui::Rect at, const Card& card) {
  const std::string url = live_url(card);
  ui::Menu menu(ui, at, cat({"More for ", card.name}),
                {.icon = ui::Icon::dots, .kind = ui::ButtonKind::secondary});
  if (!menu.open()) return;
  if (menu.item({.words = "Open the app", .icon = ui::Icon::out})) {
    desk.dashboard.browser.open_tab(url);
  }
  if (menu.item({.words = "API keys", .icon = ui::Icon::key})) {
    open_app_page(desk.dashboard, card.id);
  }
  if (menu.item({.words = "Copy address", .icon = ui::Icon::copy})) {
    copy_text(desk.dashboard, url, "Address");
  }
}

void draw_actions_phone(ui::Ui& ui, Desk& desk, ui::Rect row, const Card& card) {
  if (!live_url(card).empty()) {
    draw_more_menu(ui, desk, ui::cut_right(row, 44, 8), card);
  }
  const ui::ButtonOptions quiet{.size = ui::ButtonSize::main,
                                .spoken_name = "Continue in the Builder"};
  ui::Rect continue_at{};
  if (card.in_builder) {
    continue_at = ui::cut_right(row, ui::button_width(ui, "Continue", quiet), 8);
  }
  const std::string words = main_action_words(card);
  const std::string spoken = cat({words, " ", card.name});
  if (ui::button(ui, row, words,
                 {.kind = main_kind(card), .size = ui::ButtonSize::main, .spoken_name = spoken})) {
    press_main(desk, card);
  }
  if (card.in_builder) {
    const std::string continue_spoken = cat({"Continue ", card.name, " in the Builder"});
    if (ui::button(ui, continue_at, "Continue",
                   {.size = ui::ButtonSize::main, .spoken_name = continue_spoken})) {
      desk.dashboard.browser.go_to(builder_address(card.id));
    }
  }
}

}  // namespace

void draw_project_card(ui::Ui& ui, Desk& desk, ui::Rect at, const Card& card) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = card.id, .box = at});
  ui::card(ui, at);
  ui::Rect inside = ui::shrunk(at, (is_phone ? 16.0F : 20.0F) + 1);
  draw_head(ui, desk, ui::cut_top(inside, 20, 4), card);
  if (is_phone) {
    const ui::TextStyle style = ui::wrapped(ui::with(ui::style::control, ui::Tone::text_2), 2);
    const float height =
        card.description.empty() ? 0 : ui::text_block(ui, inside, card.description, style);
    ui::cut_top(inside, height, 12);
  } else {
    const ui::Rect line = ui::cut_top(inside, 20, 12);
    if (!card.description.empty()) {
      ui::text(ui, line, card.description, ui::with(ui::style::control, ui::Tone::text_2));
    }
  }
  draw_chips(ui, desk, ui::cut_top(inside, 24, 16), card);
  draw_zone(ui, desk, ui::cut_top(inside, 60, is_phone ? 12.0F : 14.0F), card);
  if (is_phone) {
    draw_actions_phone(ui, desk, ui::cut_top(inside, 44), card);
  } else {
    draw_actions(ui, desk, ui::cut_top(inside, 32), card);
  }
}

}  // namespace fairway
