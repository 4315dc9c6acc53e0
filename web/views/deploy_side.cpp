#include <algorithm>

#include "shared/base/money.h"
#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/state/reactions.h"
#include "web/state/words.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

bool is_data_blocker(const message::Blocker& blocker) {
  return blocker.code.starts_with("preview_");
}

bool is_environment_blocker(const message::Blocker& blocker) {
  return blocker.code.find("variable") != std::string::npos ||
         blocker.code.find("environment") != std::string::npos;
}

// What the edge misses only because this tab has not sent it yet.
bool is_sent_by_deploying(const message::Blocker& blocker) {
  return blocker.code == "bundle_missing" || blocker.code == "preview_missing" ||
         blocker.code == "part_missing" || blocker.code == "parts_missing";
}

std::string why_provider_is_off(const State& state) {
  if (!state.health.value) return "";
  for (const message::Provider& provider : state.health.value->providers) {
    if (provider.enabled) continue;
    if (provider.name == "turso" || provider.name == "cloudflare") {
      return provider.why.empty() ? cat({provider.name, " is switched off."}) : provider.why;
    }
  }
  return "";
}

}  // namespace

std::vector<message::Blocker> loose_blockers(const State& state) {
  std::vector<message::Blocker> loose;
  const DeployDialog& dialog = *state.deploy;
  if (!dialog.plan.value) return loose;
  const LocalProject* local = find_local(state, dialog.project_id);
  for (const message::Blocker& blocker : dialog.plan.value->blockers) {
    if (local != nullptr && is_sent_by_deploying(blocker)) continue;
    if (local != nullptr && is_data_blocker(blocker)) continue;
    loose.push_back(blocker);
  }
  return loose;
}

std::string why_not_deploy(const State& state) {
  const DeployDialog& dialog = *state.deploy;
  const std::string off = why_provider_is_off(state);
  if (!off.empty()) return off;
  const LocalProject* local = find_local(state, dialog.project_id);
  if (local != nullptr && local->preview.failed()) return "The preview data cannot be carried.";
  const auto blockers = loose_blockers(state);
  if (!blockers.empty()) {
    return is_environment_blocker(blockers.front()) ? "The environment is not complete."
                                                    : blockers.front().message;
  }
  const std::string changes = why_changes_wait(dialog);
  if (!changes.empty()) return changes;
  if (state.connection.lost) return "The connection is lost.";
  if (!dialog.plan.value) return dialog.plan.failed() ? "Fairway could not plan this." : "";
  return "";
}

float draw_plan_steps(ui::Ui& ui, const State& state, ui::Rect at) {
  const std::vector<message::PlanStep> steps = planned_steps(state);
  constexpr float step_height = 44;
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Steps", .box = at});
  float y = at.y;
  for (size_t i = 0; i < steps.size(); ++i) {
    const message::PlanStep& step = steps[i];
    const ui::Rect row{at.x, y, at.width, 36};
    ui::Scope item(ui, {.role = ui::Role::listitem, .key = step.name, .box = row});
    number_circle(ui, {row.x, row.y, 20, 20}, static_cast<int>(i) + 1, CircleEdge::outline);
    if (i + 1 < steps.size()) {
      ui::line(ui, row.x + 10, row.y + 20, row.x + 10, row.y + step_height, ui::Tone::border, 1.5F);
    }
    ui::text(ui, {row.x + 32, row.y, row.width - 32, 20}, step.title, ui::style::control_strong);
    ui::text(ui, {row.x + 32, row.y + 20, row.width - 32, 16}, step.detail,
             ui::with(ui::style::caption, ui::Tone::text_3));
    y += step_height;
  }
  return y - at.y - 8;
}

float draw_costs(ui::Ui& ui, const message::Plan& plan, ui::Rect at) {
  float y = at.y;
  ui::divider(ui, {at.x, y, at.width, 1});
  y += 17;
  for (const message::Cost& cost : plan.costs) {
    ui::key_value(ui, {at.x, y, at.width, 20}, cost.label, price_text(cost.amount_nanos));
    y += 26;
  }
  if (sells_calls(plan)) {
    ui::key_value(ui, {at.x, y, at.width, 20}, "API calls, by use",
                  cat({"stops at ", money_words(plan.spend_limit_nanos)}));
    y += 26;
  }
  y += 6;
  ui::divider(ui, {at.x, y, at.width, 1});
  y += 13;
  ui::key_value(ui, {at.x, y, at.width, 20}, "Each month", money_words(plan.month_total_nanos),
                ui::style::body_strong, ui::with(ui::style::body_strong, ui::Digits::tabular));
  return y + 20 - at.y;
}

void draw_deploy_button(ui::Ui& ui, Desk& desk, ui::Rect at) {
  State& state = desk.state;
  const DeployDialog& dialog = *state.deploy;
  std::string words = "Deploy";
  if (dialog.plan.value && dialog.plan.value->month_total_nanos > 0) {
    words = cat({"Deploy for ", money_words(dialog.plan.value->month_total_nanos), " a month"});
  }
  if (replaces_rows(dialog)) words = "Deploy and replace rows";
  const std::string why = why_not_deploy(state);
  const bool is_comparing = dialog.changes.waiting() && !replaces_rows(dialog);
  const bool is_ready = dialog.plan.has_value() && !is_comparing;
  const bool has_keys = !ui.touch() && why.empty();
  const std::string keys = has_keys ? ui::keys_text(ui, "↵") : std::string();
  const ui::ButtonOptions options{
      .kind = ui::ButtonKind::primary,
      .size = ui::ButtonSize::main,
      .disabled_reason = !why.empty() ? std::string_view(why)
                         : is_ready   ? std::string_view()
                                      : std::string_view("Fairway is still looking."),
      .keys_hint = keys,
      .key_shortcuts = "Control+Enter"};
  const bool by_keys = ui.pressed("Enter", ui::KeyPress::Command::yes);
  if (ui::button(ui, at, words, options) || (by_keys && why.empty() && is_ready)) {
    start_deployment(desk.dashboard);
  }
}

}  // namespace fairway
