#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/state/environment.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

constexpr std::string_view sealed_dots = "••••••••••••";

const std::vector<message::Variable>& sealed_of(const State& state) {
  static const std::vector<message::Variable> none;
  const DeployDialog& dialog = *state.deploy;
  return dialog.plan.value ? dialog.plan.value->environment : none;
}

std::vector<std::string> missing_of(const State& state) {
  const LocalProject* local = find_local(state, state.deploy->project_id);
  if (local == nullptr || !state.deploy->plan.value) return {};
  return missing_variables(local->variables, sealed_of(state));
}

std::string sealed_names(const State& state) {
  std::vector<std::string> names;
  for (const message::Variable& variable : sealed_of(state)) names.push_back(variable.name);
  return name_list(names, 2);
}

float draw_folded(ui::Ui& ui, Desk& desk, ui::Rect at) {
  State& state = desk.state;
  const auto missing = missing_of(state);
  ui::Rect row = ui::with_height(at, 36);
  const std::string_view button = sealed_of(state).empty() ? "Add variables" : "Edit";
  if (ui::button_right(ui, row, button,
                       {.kind = ui::ButtonKind::quiet, .spoken_name = "Edit the environment"})) {
    state.deploy->environment.open = true;
  }
  const std::string strong = sealed_of(state).empty() ? "No variables" : sealed_names(state);
  ui::text(ui, ui::cut_top(row, 20), strong, ui::style::control_strong);
  if (missing.empty()) {
    ui::text(ui, row, "Everything that the code reads is set",
             ui::with(ui::style::caption, ui::Tone::text_2));
  } else {
    ui::icon(ui, ui::cut_left(row, 16, 6), ui::Icon::warn, 14, ui::Tone::warn);
    ui::text(ui, row, cat({"Not set: ", name_list(missing, 3)}),
             ui::with(ui::style::caption_strong, ui::Tone::warn));
  }
  return 36;
}

void draw_variable(ui::Ui& ui, Desk& desk, ui::Rect row, const message::Variable& variable) {
  EnvironmentEditor& editor = desk.state.deploy->environment;
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = variable.name, .box = row});
  ui::Rect rest{row.x + 12, row.y, row.width - 16, row.height};
  const float button = ui.touch() ? 44.0F : 28.0F;
  const std::string remove = cat({"Remove ", variable.name});
  if (ui::icon_button(ui, ui::middle(ui::cut_right(rest, button), button), ui::Icon::trash, remove,
                      {.kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small})) {
    remove_variable(desk.dashboard, variable.name);
  }
  const std::string replace = cat({"Replace ", variable.name});
  if (ui::icon_button(ui, ui::middle(ui::cut_right(rest, button), button), ui::Icon::pen, replace,
                      {.kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small})) {
    editor.adding = true;
    editor.name_is_given = true;
    editor.name = variable.name;
    editor.value.clear();
    editor.problem = {};
  }
  ui::Rect sealed = ui::cut_right(rest, 62);
  ui::icon(ui, ui::cut_left(sealed, 14, 4), ui::Icon::lock, 14, ui::Tone::text_3);
  ui::text(ui, sealed, "Sealed", ui::with(ui::style::caption, ui::Tone::text_3));
  if (ui.width_class() != ui::WidthClass::phone) {
    ui::text(ui, ui::cut_right(rest, 122), sealed_dots,
             ui::with(ui::with(ui::style::mono, ui::Tone::text_3), ui::Voice::silent));
  }
  ui::text(ui, rest, variable.name, ui::style::mono);
}

void draw_list_foot(ui::Ui& ui, Desk& desk, ui::Rect row) {
  EnvironmentEditor& editor = desk.state.deploy->environment;
  ui::Rect rest = ui::shrunk(row, 8, 0);
  const ui::ButtonOptions add{
      .kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small, .icon = ui::Icon::plus};
  const ui::ButtonOptions paste{
      .kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small, .icon = ui::Icon::copy};
  if (ui::button_left(ui, rest, "Add variable", add)) {
    editor.adding = true;
    editor.name_is_given = false;
    editor.name.clear();
    editor.value.clear();
    ui.focus_by_name(ui::Role::textbox, "Name of the variable");
  }
  if (ui::button_left(ui, rest, "Paste .env", paste)) {
    editor.paste_open = true;
    ui.focus_by_name(ui::Role::textarea, "Contents of the .env file");
  }
  if (rest.width > 220) {
    ui::text(ui, ui::shrunk(rest, 6, 0), "Sealed values are never shown again",
             ui::with(ui::with(ui::style::caption, ui::Tone::text_3), ui::Align::right));
  }
}

float draw_list(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const auto& sealed = sealed_of(desk.state);
  const float row_height = ui.touch() ? 44.0F : 36.0F;
  const float height = row_height * static_cast<float>(sealed.size()) + 44 + 2;
  ui::box(ui, ui::with_height(at, height),
          {.fill = ui::Tone::surface, .edge = ui::Tone::border, .radius = 10});
  float y = at.y + 1;
  {
    ui::Scope list(
        ui, {.role = ui::Role::list, .name = "Variables", .box = ui::with_height(at, height - 45)});
    for (const message::Variable& variable : sealed) {
      draw_variable(ui, desk, {at.x, y, at.width, row_height}, variable);
      y += row_height;
      ui::divider(ui, {at.x, y, at.width, 1});
    }
  }
  draw_list_foot(ui, desk, {at.x, y, at.width, 44});
  return height;
}

// The one variable being added or replaced.
float draw_one(ui::Ui& ui, Desk& desk, ui::Rect at) {
  EnvironmentEditor& editor = desk.state.deploy->environment;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float field = ui::field_height(ui);
  ui::Column column{at, 8};
  ui::Rect first = column.next(field);
  ui::Rect second = is_phone ? column.next(field) : ui::cut_right(first, first.width / 2 - 4);
  if (!is_phone) ui::cut_right(first, 8);
  ui::FieldOptions name{.label = "Name of the variable", .placeholder = "NAME"};
  name.face = ui::Face::mono;
  name.error = editor.problem.code == "bad_name" ? std::string_view(editor.problem.message) : "";
  if (editor.name_is_given) name.access = ui::FieldOptions::Access::read_only;
  ui::text_field(ui, first, editor.name, name);
  const auto value = ui::password_field(
      ui, second, editor.value,
      {.label = "Value", .placeholder = "Value", .autocomplete = "off", .length_max = 32'768});
  column.skip(ui::field_error(ui, {at.x, column.y - 4, at.width, 20}, name.error));
  ui::Rect row = column.next(ui.touch() ? 44.0F : 32.0F);
  ui::ButtonOptions save{.kind = ui::ButtonKind::secondary};
  if (editor.saving) save.busy_word = "Sealing";
  if (ui::button_left(ui, row, "Seal variable", save) || (value.submitted && !editor.saving)) {
    save_variable(desk.dashboard);
  }
  if (ui::button_left(ui, row, "Discard", {.kind = ui::ButtonKind::quiet})) {
    editor.adding = false;
    editor.value.clear();
    editor.problem = {};
  }
  return column.used();
}

void draw_pasted_line(ui::Ui& ui, ui::Rect row, const PastedVariable& variable) {
  const bool is_new = variable.kind == PastedKind::added;
  const std::string_view sign = is_new ? "+" : "~";
  const ui::Tone tone = is_new ? ui::Tone::ok : ui::Tone::warn;
  const std::string_view kind = is_new ? "new" : "changed";
  ui::Scope item(ui, {.role = ui::Role::listitem,
                      .name = cat({variable.name, ", ", kind}),
                      .key = variable.name,
                      .box = row});
  ui::text(ui, ui::cut_left(row, 16), sign,
           ui::with(ui::with(ui::style::mono, tone), ui::Voice::silent));
  const std::string tail =
      variable.is_public_secret ? " = ••••••••, reaches every visitor of the site" : " = ••••••••";
  const ui::Tone tail_tone = variable.is_public_secret ? ui::Tone::warn : ui::Tone::text_3;
  const std::array<ui::Run, 2> parts = {
      {{variable.name, ui::style::mono}, {tail, ui::with(ui::style::mono, tail_tone)}}};
  ui::runs(ui, row, parts);
}

float draw_comparison(ui::Ui& ui, Desk& desk, ui::Rect at, const PastedEnvironment& pasted) {
  EnvironmentEditor& editor = desk.state.deploy->environment;
  const int64_t to_apply = pasted.added + pasted.changed;
  const float height =
      20 + 36 + 20 * static_cast<float>(static_cast<size_t>(to_apply) + pasted.mistakes.size());
  ui::zone(ui, ui::with_height(at, height));
  ui::Rect inside = ui::shrunk(ui::with_height(at, height), 12, 10);
  ui::Rect head = ui::cut_top(inside, 28, 8);
  ui::ButtonOptions apply{.size = ui::ButtonSize::small};
  if (editor.saving) apply.busy_word = "Sealing";
  if (to_apply == 0) apply.disabled_reason = "Nothing here is new or changed.";
  if (ui::button_right(ui, head, cat({"Apply ", decimal(to_apply)}), apply)) {
    apply_pasted(desk.dashboard);
  }
  if (ui::button_right(ui, head, "Discard",
                       {.kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small})) {
    editor.pasted_text.clear();
    editor.paste_open = false;
  }
  const std::string strong = cat({"Pasted .env, ", counted(pasted.lines, "line", "lines")});
  const std::string rest = cat({"  ", pasted_summary(pasted)});
  const std::array<ui::Run, 2> parts = {{{strong, ui::style::caption_strong},
                                         {rest, ui::with(ui::style::caption, ui::Tone::text_2)}}};
  ui::runs(ui, head, parts);
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Pasted variables", .box = inside});
  for (const PastedVariable& variable : pasted.variables) {
    if (variable.kind == PastedKind::same) continue;
    draw_pasted_line(ui, ui::cut_top(inside, 20), variable);
  }
  for (const PastedMistake& mistake : pasted.mistakes) {
    ui::text(ui, ui::cut_top(inside, 20), cat({"Line ", decimal(mistake.line), ": ", mistake.why}),
             ui::with(ui::style::caption, ui::Tone::bad));
  }
  return height;
}

float draw_paste(ui::Ui& ui, Desk& desk, ui::Rect at) {
  EnvironmentEditor& editor = desk.state.deploy->environment;
  ui::Column column{at, 8};
  ui::FieldOptions options{.label = "Contents of the .env file",
                           .placeholder = "NAME=value, one a line"};
  options.face = ui::Face::mono;
  options.length_max = 1'000'000;
  ui::text_area(ui, column.next(120), editor.pasted_text, options);
  if (trim(editor.pasted_text).empty()) {
    ui::Rect row = column.next(ui.touch() ? 44.0F : 28.0F);
    if (ui::button_left(ui, row, "Discard",
                        {.kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small})) {
      editor.paste_open = false;
    }
    return column.used();
  }
  const auto pasted = compare_pasted(editor.pasted_text, sealed_of(desk.state), editor.marks);
  const float height = draw_comparison(ui, desk, {at.x, column.y, at.width, 0}, pasted);
  column.next(height);
  return column.used();
}

float draw_open(ui::Ui& ui, Desk& desk, ui::Rect at) {
  EnvironmentEditor& editor = desk.state.deploy->environment;
  ui::Column column{at, 8};
  column.next(draw_list(ui, desk, at));
  const auto missing = missing_of(desk.state);
  if (!missing.empty()) {
    const Failure failure =
        fix_input("variables_missing",
                  cat({"The code reads variables that are not set: ", name_list(missing, 6), "."}),
                  "You must act: add them here, or deploy without them if they are optional.");
    column.next(problem_zone(ui, {at.x, column.y, at.width, 0}, failure, ui::Mood::warn));
  }
  if (!editor.problem.message.empty() && editor.problem.code != "bad_name") {
    column.next(problem_zone(ui, {at.x, column.y, at.width, 0}, editor.problem));
  }
  if (editor.adding) column.next(draw_one(ui, desk, {at.x, column.y, at.width, 0}));
  if (editor.paste_open) column.next(draw_paste(ui, desk, {at.x, column.y, at.width, 0}));
  return column.used();
}

}  // namespace

std::string environment_summary(const State& state) {
  const auto missing = missing_of(state);
  if (!missing.empty()) return cat({decimal(static_cast<int64_t>(missing.size())), " not set"});
  const auto count = static_cast<int64_t>(sealed_of(state).size());
  return count == 0 ? "No variables" : cat({counted(count, "variable", "variables"), ", sealed"});
}

float draw_environment_section(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const EnvironmentEditor& editor = desk.state.deploy->environment;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const bool is_open = editor.open || is_phone;
  const auto count = static_cast<int64_t>(sealed_of(desk.state).size());
  const std::string caption = is_open ? "Reaches the app only, never a log"
                                      : cat({counted(count, "variable", "variables"), ", sealed"});
  Section section(ui, at, "Environment", count == 0 && !is_open ? "What the code reads" : caption);
  const float height =
      is_open ? draw_open(ui, desk, section.content) : draw_folded(ui, desk, section.content);
  return section.end(height);
}

}  // namespace fairway
