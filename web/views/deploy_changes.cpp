// What a redeployment does to production's rows, and the yes that it may need.
#include <algorithm>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

constexpr size_t losses_shown_max = 100;
constexpr float padding = 12;

const message::Changes* changes_of(const DeployDialog& dialog) {
  return dialog.changes.value ? &*dialog.changes.value : nullptr;
}

// One loss, its words at the left, the rows concerned at the right. Returns the height.
float draw_loss(ui::Ui& ui, ui::Rect at, const message::SchemaLoss& loss) {
  const std::string rows = loss.rows < 0 ? std::string() : counted(loss.rows, "row", "rows");
  const ui::TextStyle style = ui::wrapped(ui::with(ui::style::control, ui::Tone::text));
  const float width = at.width - 96;
  const float height = ui::text_height(ui, loss.words, style, width);
  ui::Scope item(ui, {.role = ui::Role::listitem,
                      .key = cat({loss.kind, loss.table, loss.column}),
                      .box = ui::with_height(at, height)});
  ui::text_block(ui, {at.x, at.y, width, height}, loss.words, style);
  ui::Rect right = ui::with_height(at, 20);
  ui::text_right(ui, right, rows, ui::with(ui::style::control_strong, ui::Digits::tabular));
  return height;
}

// The losses in a tinted zone. Its height is known once it was drawn.
float draw_losses(ui::Ui& ui, ui::Rect at, const message::Changes& changes) {
  ui::Measured measured(ui, "losses", 60);
  ui::zone(ui, ui::with_height(at, measured.height()), ui::Mood::warn);
  const ui::Rect inside = ui::shrunk(at, padding, 10);
  float y = inside.y;
  const auto count = static_cast<int64_t>(changes.losses.size());
  const ui::TextStyle strong = ui::with(ui::style::control_strong, ui::Tone::warn);
  y += 6 + ui::text_block(ui, {inside.x, y, inside.width, 20},
                          cat({counted(count, "change", "changes"), count == 1 ? " loses" : " lose",
                               " something in production"}),
                          ui::wrapped(strong));
  {
    ui::Scope list(ui, {.role = ui::Role::list,
                        .name = "What production would lose",
                        .box = ui::with_height(at, measured.height())});
    const size_t shown = std::min(changes.losses.size(), losses_shown_max);
    for (size_t i = 0; i < shown; ++i) {
      y += 6 + draw_loss(ui, {inside.x, y, inside.width, 20}, changes.losses[i]);
    }
  }
  if (changes.losses.size() > losses_shown_max) {
    const auto more = static_cast<int64_t>(changes.losses.size() - losses_shown_max);
    y += small_paragraph(ui, {inside.x, y, inside.width, 20},
                         cat({"And ", decimal(more), " more."}));
  }
  measured.took(y + 4 - at.y);
  return measured.height();
}

float draw_keeping(ui::Ui& ui, Desk& desk, ui::Rect at, const LocalPreview& preview) {
  DeployDialog& dialog = *desk.state.deploy;
  float y = at.y;
  y += small_paragraph(ui, {at.x, y, at.width, 0},
                       redeployment_words(preview, dialog.plan.value->production_tables));
  const message::Changes* changes = changes_of(dialog);
  if (changes == nullptr && dialog.changes.waiting()) {
    ui::Rect row{at.x, y + 8, at.width, 20};
    ui::spinner(ui, ui::cut_left(row, 16, 8));
    ui::text(ui, row, "Comparing with production", ui::with(ui::style::control, ui::Tone::text_2));
    return y + 28 - at.y;
  }
  if (dialog.changes.failed() && dialog.changes.failure.code != "no_answer" &&
      dialog.changes.failure.code != "signed_out") {
    y += 8 + problem_zone(ui, {at.x, y + 8, at.width, 0}, dialog.changes.failure, ui::Mood::warn);
    ui::Rect row{at.x, y + 8, at.width, ui.touch() ? 44.0F : 32.0F};
    if (ui::button_left(ui, row, "Compare again", {})) look_at_changes(desk.dashboard);
    return y + 8 + row.height - at.y;
  }
  if (changes == nullptr) return y - at.y;
  for (const std::string& words : changes->refused) {
    const Failure failure = fix_input("schema_change_refused", words,
                                      "You: undo it in the Builder, or make it in another way.");
    y += 8 + problem_zone(ui, {at.x, y + 8, at.width, 0}, failure);
  }
  if (changes->losses.empty()) return y - at.y;
  y += 8 + draw_losses(ui, {at.x, y + 8, at.width, 0}, *changes);
  const ui::Rect yes{at.x, y + 8, at.width, ui.touch() ? 44.0F : 24.0F};
  ui::checkbox(ui, yes, "Yes, make these changes", dialog.accepts_losses, {});
  y = yes.bottom() + 4;
  y += small_paragraph(ui, {at.x, y, at.width, 0},
                       "What they take out is kept in the database for seven days.");
  return y - at.y;
}

}  // namespace

std::string why_changes_wait(const DeployDialog& dialog) {
  const message::Changes* changes = changes_of(dialog);
  if (changes == nullptr || replaces_rows(dialog)) return "";
  if (!changes->refused.empty()) return "Production cannot take this change.";
  if (changes->losses.empty() || dialog.accepts_losses) return "";
  return "What production would lose needs your yes.";
}

float draw_production_rows(ui::Ui& ui, Desk& desk, ui::Rect at, const LocalPreview& preview) {
  DeployDialog& dialog = *desk.state.deploy;
  const float row = ui.touch() ? 44.0F : 28.0F;
  float y = at.y;
  {
    ui::RadioGroup group(ui, {at.x, y, at.width, 2 * row}, "Rows in production");
    const auto chosen = [](bool is_it) { return is_it ? ui::Chosen::yes : ui::Chosen::no; };
    if (ui::radio(ui, {at.x, y, at.width, row}, "Keep the rows that production has",
                  chosen(!dialog.replaces_rows))) {
      dialog.replaces_rows = false;
    }
    if (ui::radio(ui, {at.x, y + row, at.width, row}, "Replace them with the preview's",
                  chosen(dialog.replaces_rows))) {
      dialog.replaces_rows = true;
    }
  }
  y += 2 * row + 8;
  const ui::Rect below{at.x, y, at.width, 0};
  if (!dialog.replaces_rows) return y + draw_keeping(ui, desk, below, preview) - at.y;
  return y - at.y +
         small_paragraph(
             ui, below,
             cat({"The preview's tables and rows go into a new database. The one of "
                  "today, ",
                  dialog.plan.value->database_name, ", is kept for seven days and then deleted."}));
}

}  // namespace fairway
