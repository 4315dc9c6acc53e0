// Who pays for the calls of the app that is deployed.
#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/actions/services.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

using message::Payer;

const std::vector<message::Service>& services_of(const State& state) {
  static const std::vector<message::Service> none;
  const DeployDialog& dialog = *state.deploy;
  return dialog.plan.value ? dialog.plan.value->services : none;
}

struct Caption {
  std::string words;
  bool is_warning = false;
};

// What the choice means, or what stands in its way.
Caption caption_of(const message::Service& service) {
  const bool is_on = service.payer != Payer::off;
  if (is_on && !service.set_by_owner.empty()) {
    return {cat({"Not used: ", join(service.set_by_owner, " and "), " is in Environment"}), true};
  }
  if (service.payer == Payer::platform) return {"By use, at the provider's price"};
  if (service.payer == Payer::own) return {cat({"Key ends in ", service.own_key_hint})};
  return {"The app does not get it"};
}

void draw_payer(ui::Ui& ui, Desk& desk, ui::Rect at, const message::Service& service) {
  const ServicesEditor& editor = desk.state.deploy->services;
  const std::array<ui::Segment, 3> segments = {
      {{.words = "Fairway", .disabled_reason = service.why_off},
       {.words = "My key"},
       {.words = "Off"}}};
  const bool is_typing = editor.typing == service.service;
  int chosen = service.payer == Payer::platform ? 0 : service.payer == Payer::own ? 1 : 2;
  if (is_typing) chosen = 1;
  const std::string name = cat({"Who pays for ", service.title});
  if (!ui::segmented(ui, at, name, segments, chosen, {.role = ui::SegmentRole::radios})) return;
  constexpr std::array<Payer, 3> payers = {Payer::platform, Payer::own, Payer::off};
  desk.state.deploy->services.typing.clear();
  choose_payer(desk.dashboard, service.service, payers[static_cast<size_t>(chosen)]);
}

// The field for a key of one's own, under its service.
float draw_own_key(ui::Ui& ui, Desk& desk, ui::Rect at, const message::Service& service) {
  ServicesEditor& editor = desk.state.deploy->services;
  const float field = ui::field_height(ui);
  ui::Column column{ui::shrunk(at, 12, 0), 8};
  ui::Rect row = column.next(field);
  ui::ButtonOptions seal{.kind = ui::ButtonKind::secondary};
  if (!editor.saving.empty()) seal.busy_word = "Sealing";
  if (ui::button_right(ui, row, "Seal key", seal)) seal_own_key(desk.dashboard);
  if (ui::button_right(ui, row, "Discard", {.kind = ui::ButtonKind::quiet})) {
    editor = {};
    return column.used();
  }
  const std::string label = cat({"Your ", service.title, " key"});
  const auto typed = ui::password_field(
      ui, row, editor.key,
      {.label = label, .placeholder = label, .error = editor.problem.message, .length_max = 500});
  if (typed.submitted && editor.saving.empty()) seal_own_key(desk.dashboard);
  column.skip(ui::field_error(ui, {column.area.x, column.y - 4, column.area.width, 20},
                              editor.problem.message));
  return column.used() + 8;
}

float draw_service(ui::Ui& ui, Desk& desk, ui::Rect at, const message::Service& service) {
  const ServicesEditor& editor = desk.state.deploy->services;
  const bool is_narrow = at.width < 520;
  const float line = ui.touch() ? 52.0F : 44.0F;
  const float height = is_narrow ? 2 * line : line;
  ui::Scope item(
      ui, {.role = ui::Role::listitem, .key = service.service, .box = ui::with_height(at, height)});
  ui::Rect row{at.x + 12, at.y, at.width - 18, line};
  const float segments = ui.touch() ? 44.0F : 32.0F;
  if (!is_narrow) draw_payer(ui, desk, ui::middle(ui::cut_right(row, 196), segments), service);
  ui::icon(ui, ui::cut_left(row, 14, 8), ui::Icon::chat, 14, ui::Tone::text_2);
  ui::text(ui, ui::cut_left(row, 84, 8), service.title, ui::style::control_strong);
  const Caption caption = caption_of(service);
  ui::text(ui, row, caption.words,
           ui::with(ui::style::caption, caption.is_warning ? ui::Tone::warn : ui::Tone::text_2));
  if (is_narrow) {
    draw_payer(ui, desk, ui::middle({at.x + 12, at.y + line - 4, at.width - 24, line}, segments),
               service);
  }
  if (editor.typing != service.service) return height;
  return height + draw_own_key(ui, desk, {at.x, at.y + height, at.width, 0}, service);
}

float draw_list(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const auto& services = services_of(desk.state);
  ui::Measured measured(ui, "services", 46 * static_cast<float>(services.size()));
  const ui::Rect frame = ui::with_height(at, measured.height());
  ui::box(ui, frame, {.fill = ui::Tone::surface, .edge = ui::Tone::border, .radius = 10});
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Services", .box = frame});
  float y = at.y + 1;
  for (size_t i = 0; i < services.size(); ++i) {
    if (i > 0) ui::divider(ui, {at.x, y, at.width, 1});
    y += draw_service(ui, desk, {at.x, y, at.width, 0}, services[i]) + 1;
  }
  measured.took(y - at.y);
  return measured.height();
}

}  // namespace

bool sells_calls(const message::Plan& plan) {
  return std::any_of(plan.services.begin(), plan.services.end(),
                     [](const auto& service) { return service.payer == Payer::platform; });
}

std::string services_summary(const State& state) {
  std::vector<std::string> on;
  for (const message::Service& service : services_of(state)) {
    if (service.payer != Payer::off) on.push_back(service.title);
  }
  return on.empty() ? "The app gets none" : join(on, ", ");
}

float draw_services_section(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Section section(ui, at, "API keys", "Who pays for calls");
  ui::Column column{section.content, 8};
  column.next(draw_list(ui, desk, section.content));
  const ServicesEditor& editor = desk.state.deploy->services;
  if (editor.typing.empty() && !editor.problem.message.empty()) {
    column.next(problem_zone(ui, {column.area.x, column.y, column.area.width, 0}, editor.problem));
  }
  return section.end(column.used());
}

}  // namespace fairway
