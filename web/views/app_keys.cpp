// Keys of an app: made, shown once, revoked after a yes.
#include <array>

#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/deploy.h"
#include "web/state/words.h"
#include "web/views/app_parts.h"

namespace fairway {
namespace {

constexpr float row_height = 64;

std::string limits_words(const message::AppKey& key) {
  std::vector<std::string> parts;
  for (const std::string& service : key.services) parts.push_back(service_words(service));
  if (parts.empty() && !key.is_deployed) parts.emplace_back("all services");
  for (const std::string& model : key.models) parts.push_back(model);
  if (key.spend_limit_nanos > 0)
    parts.push_back(cat({money_words(key.spend_limit_nanos), " a month"}));
  if (key.requests_per_minute > 0)
    parts.push_back(cat({grouped(key.requests_per_minute), " a minute"}));
  if (key.expires_at_ms > 0) parts.push_back(cat({"until ", day_words(key.expires_at_ms)}));
  parts.push_back(cat({sum_words(key.cost_nanos), " this month"}));
  return join(parts, ", ");
}

std::string used_words(const message::AppKey& key, int64_t now_ms) {
  return key.last_used_at_ms == 0 ? "never used"
                                  : cat({"used ", time_ago(now_ms, key.last_used_at_ms)});
}

void draw_key(ui::Ui& ui, Desk& desk, ui::Rect row, const message::AppKey& key) {
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = key.id, .box = row});
  ui::divider(ui, ui::with_height(row, 1));
  ui::Rect rest = ui::shrunk(row, ui.metrics().card_padding, 0);
  if (key.state == "active") {
    const std::string spoken = cat({"Revoke ", key.name});
    if (ui::button_right(ui, rest, "Revoke", {.kind = ui::ButtonKind::quiet, .spoken_name = spoken},
                         12)) {
      desk.state.app.revoking = key.id;
    }
  } else {
    ui::text_right(ui, rest, key.state == "revoked" ? "Revoked" : "Expired",
                   ui::with(ui::style::control, ui::Tone::text_3), 12);
  }
  ui::Rect lines = ui::middle(rest, 38);
  const std::string tail = cat({"  ", used_words(key, desk.state.now_ms)});
  const std::string hint = cat({"  ", key.hint});
  const std::array<ui::Run, 3> parts = {{{key.name, ui::style::control_strong},
                                         {hint, ui::with(ui::style::mono, ui::Tone::text_2)},
                                         {tail, ui::with(ui::style::caption, ui::Tone::text_3)}}};
  ui::runs(ui, ui::cut_top(lines, 20, 2), parts);
  ui::text(ui, lines, limits_words(key), ui::with(ui::style::caption, ui::Tone::text_2));
}

void label(ui::Ui& ui, ui::Column& column, std::string_view words) {
  ui::text(ui, column.next(16), words,
           ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent));
}

float draw_form(ui::Ui& ui, Desk& desk, ui::Rect at) {
  KeyEditor& editor = desk.state.app.editor;
  const float field = ui::field_height(ui);
  ui::Column column{at, 6};
  label(ui, column, "Name");
  const bool submits =
      ui::text_field(ui, column.next(field), editor.name,
                     {.label = "Name of the key", .placeholder = "Support bot", .length_max = 100})
          .submitted;
  column.skip(8);
  label(ui, column, "Services");
  ui::Rect row = column.next(ui.touch() ? 44.0F : 28.0F);
  for (size_t i = 0; i < key_services.size(); ++i) {
    bool value = editor.services[i];
    if (ui::checkbox(ui, ui::column_of(row, static_cast<int>(i), 2, 8), key_services[i].title,
                     value)) {
      editor.services[i] = value;
    }
  }
  column.skip(8);
  label(ui, column, "Models, by commas");
  ui::text_field(ui, column.next(field), editor.models,
                 {.label = "Models, by commas", .placeholder = "All models"});
  column.skip(8);
  label(ui, column, "Dollars a month, requests a minute");
  row = column.next(field);
  ui::text_field(
      ui, ui::column_of(row, 0, 2, 8), editor.dollars,
      {.label = "Dollars a month", .placeholder = "No limit of its own", .length_max = 20});
  ui::text_field(ui, ui::column_of(row, 1, 2, 8), editor.rate,
                 {.label = "Requests a minute", .placeholder = "No limit", .length_max = 10});
  column.skip(8);
  label(ui, column, "Ends");
  std::vector<ui::SelectOption> ends;
  for (const KeyExpiry& expiry : key_expiries) ends.push_back({expiry.words});
  ui::select(ui, column.next(field), "Ends", ends, editor.expiry);
  if (!editor.problem.message.empty()) {
    column.skip(8);
    column.next(problem_zone(ui, {at.x, column.y, at.width, 0}, editor.problem));
  }
  if (submits) make_key(desk.dashboard);
  return column.used();
}

float draw_made(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const message::AppKey& made = desk.state.app.editor.made;
  ui::Column column{at, 12};
  column.next(small_paragraph(ui, {at.x, column.y, at.width, 0},
                              "This is the only time that the key is shown. Fairway keeps a hash "
                              "of it, not the key."));
  const float height =
      ui::text_height(ui, made.text, ui::wrapped(ui::style::mono), at.width - 24) + 20;
  const ui::Rect zone = column.next(height);
  ui::zone(ui, zone);
  ui::text_block(ui, ui::shrunk(zone, 12, 10), made.text, ui::wrapped(ui::style::mono));
  ui::Rect row = column.next(ui.touch() ? 44.0F : 32.0F);
  if (ui::button_left(ui, row, "Copy key", {.icon = ui::Icon::copy})) {
    copy_secret(desk.dashboard, made.text, "Key");
  }
  return column.used();
}

}  // namespace

float draw_app_keys(ui::Ui& ui, Desk& desk, ui::Rect at) {
  AppView& view = desk.state.app;
  const float padding = ui.metrics().card_padding;
  const size_t count = view.keys.value ? view.keys.value->keys.size() : 0;
  const float height = 56 + std::max(row_height, row_height * static_cast<float>(count)) + 4;
  const ui::Rect frame = ui::with_height(at, height);
  ui::Scope region(ui, {.role = ui::Role::region, .name = "API keys", .box = frame});
  ui::card(ui, frame);
  ui::Rect head{at.x + padding, at.y, at.width - 2 * padding, 56};
  if (ui::button_right(ui, head, "New key", {})) {
    view.editor = {};
    view.editor.open = true;
    ui.focus_by_name(ui::Role::textbox, "Name of the key");
  }
  ui::heading(ui, ui::cut_left(head, 76), "API keys", 2, ui::style::card_title);
  ui::text(ui, head, "shown once, when made", ui::with(ui::style::caption, ui::Tone::text_3));
  ui::Rect row{at.x, at.y + 56, at.width, row_height};
  if (!view.keys.value) {
    if (view.keys.waiting()) {
      ui::skeleton(ui, ui::shrunk(row, padding, 14), static_cast<double>(view.keys.asked_at_ms));
    }
    return height;
  }
  if (count == 0) {
    ui::text(ui, ui::shrunk(row, padding, 0),
             "No keys. Make one for code that runs elsewhere; a deployed app gets its own.",
             ui::with(ui::style::control, ui::Tone::text_2));
    return height;
  }
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Keys", .box = frame});
  for (const message::AppKey& key : view.keys.value->keys) {
    draw_key(ui, desk, row, key);
    row.y += row_height;
  }
  return height;
}

void draw_key_dialog(ui::Ui& ui, Desk& desk) {
  KeyEditor& editor = desk.state.app.editor;
  if (!editor.open) return;
  const bool is_made = !editor.made.text.empty();
  ui::Dialog dialog(ui, {.title = is_made ? "Copy the key now" : "New key",
                         .key = "new key",
                         .kind = ui::DialogKind::sheet,
                         .width = 520,
                         .height = is_made ? 360.0F : 560.0F,
                         .foot_height = ui.touch() ? 80.0F : 64.0F});
  {
    ui::Scroll scroll(ui, dialog.body, "New key");
    const ui::Rect content = ui::shrunk(scroll.content(), 24, 20);
    const float used = is_made ? draw_made(ui, desk, content) : draw_form(ui, desk, content);
    scroll.took(used + 40);
  }
  ui::Rect foot = dialog.foot;
  ui::ButtonOptions make{.kind = ui::ButtonKind::primary};
  if (editor.saving) make.busy_word = "Making";
  bool closes = dialog.wants_close();
  if (is_made) {
    closes |= ui::button_right(ui, foot, "I have copied it", {.kind = ui::ButtonKind::primary});
  } else {
    if (ui::button_right(ui, foot, "Make key", make)) make_key(desk.dashboard);
    closes |= ui::button_right(ui, foot, "Discard", {.kind = ui::ButtonKind::quiet});
  }
  if (closes) editor = {};
}

void draw_revoke_dialog(ui::Ui& ui, Desk& desk) {
  AppView& view = desk.state.app;
  if (view.revoking.empty() || !view.keys.value) return;
  std::string name;
  bool is_deployed = false;
  for (const message::AppKey& key : view.keys.value->keys) {
    if (key.id != view.revoking) continue;
    name = key.name;
    is_deployed = key.is_deployed;
  }
  ui::Dialog dialog(ui, {.title = cat({"Revoke ", name, "?"}),
                         .key = "revoke",
                         .kind = ui::DialogKind::alert,
                         .width = 440,
                         .height = 236,
                         .foot_height = ui.touch() ? 80.0F : 64.0F});
  const ui::Rect inside = ui::shrunk(dialog.body, 24, 20);
  small_paragraph(ui, inside,
                  is_deployed ? "The deployed app's calls are refused at once and for good. "
                                "Deploying again gives it a new key."
                              : "Calls with it are refused at once and for good. Whatever uses it "
                                "needs another key.");
  ui::Rect foot = dialog.foot;
  ui::ButtonOptions revoke{.kind = ui::ButtonKind::danger_fill};
  if (view.revoke_sending) revoke.busy_word = "Revoking";
  if (ui::button_right(ui, foot, "Revoke key", revoke)) revoke_key(desk.dashboard);
  const bool keeps = ui::button_right(ui, foot, "Keep the key", {.kind = ui::ButtonKind::quiet});
  if (keeps || dialog.wants_close()) view.revoking.clear();
}

}  // namespace fairway
