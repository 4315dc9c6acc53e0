#include "shared/base/text.h"
#include "web/actions/usage.h"
#include "web/views/usage_parts.h"

namespace fairway {

void draw_limit_dialog(ui::Ui& ui, Desk& desk, LimitEditor& editor, std::string_view whose) {
  if (!editor.open) return;
  ui::Dialog dialog(ui, {.title = "Change limit",
                         .kind = ui::DialogKind::sheet,
                         .width = 440,
                         .height = 320,
                         .foot_height = ui.touch() ? 80.0F : 64.0F});
  ui::Rect inside = ui::shrunk(dialog.body, 24, 20);
  ui::Column column{inside, 8};
  column.skip(small_paragraph(ui, {inside.x, column.y, inside.width, 0},
                              cat({"What all calls of ", whose,
                                   " may cost in a month. It holds at once; calls that do not fit "
                                   "are refused before they are sent."})) +
              8);
  ui::text(ui, column.next(16), "Dollars a month",
           ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent));
  const auto typed = ui::text_field(ui, column.next(ui::field_height(ui)), editor.dollars,
                                    {.label = "Dollars a month",
                                     .placeholder = editor.app_id.empty() ? "100" : "None",
                                     .error = editor.problem.message,
                                     .length_max = 20});
  ui::field_error(ui, {inside.x, column.y - 4, inside.width, 20}, editor.problem.message);
  ui::Rect foot = dialog.foot;
  ui::ButtonOptions save{.kind = ui::ButtonKind::primary};
  if (editor.saving) save.busy_word = "Saving";
  if (ui::button_right(ui, foot, "Save limit", save) || typed.submitted) {
    save_limit(desk.dashboard, editor);
  }
  const bool keeps = ui::button_right(ui, foot, "Keep as it is", {.kind = ui::ButtonKind::quiet});
  if (keeps || dialog.wants_close()) editor.open = false;
}

}  // namespace fairway
