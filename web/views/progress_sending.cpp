#include <algorithm>

#include "shared/base/text.h"
#include "web/state/words.h"
#include "web/views/progress_parts.h"

namespace fairway {
namespace {

std::string_view stage_title(Upload::Stage stage) {
  switch (stage) {
    case Upload::Stage::reading:
      return "Reading the project";
    case Upload::Stage::preparing:
      return "Preparing the data";
    case Upload::Stage::comparing:
      return "Looking what is there already";
    case Upload::Stage::sending:
      return "Sending the project";
    case Upload::Stage::describing:
      return "Sending the list of files";
    case Upload::Stage::starting:
      return "Starting";
    case Upload::Stage::none:
    case Upload::Stage::failed:
      break;
  }
  return "";
}

}  // namespace

float upload_fraction(const Upload& upload) {
  switch (upload.stage) {
    case Upload::Stage::describing:
    case Upload::Stage::starting:
      return 1.0F;
    case Upload::Stage::sending:
      if (upload.bytes_total == 0) return 1.0F;
      return std::clamp(
          static_cast<float>(upload.bytes_done) / static_cast<float>(upload.bytes_total), 0.0F,
          1.0F);
    default:
      return 0.0F;
  }
}

std::string upload_words(const Upload& upload) {
  if (upload.stage == Upload::Stage::sending && upload.bytes_total > 0) {
    return cat({size_words(upload.bytes_done), " of ", size_words(upload.bytes_total)});
  }
  return "";
}

void draw_sending(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const Upload& upload = find_upload(desk.state, desk.state.deploy->project_id);
  const float side = ui.width_class() == ui::WidthClass::phone ? 16.0F : 24.0F;
  ui::Column column{ui::shrunk(area, side, 24)};
  ui::Rect head = column.next(24);
  column.skip(12);
  ui::text_right(ui, head, upload_words(upload),
                 ui::with(ui::with(ui::style::control, ui::Tone::text_2), ui::Digits::tabular), 12);
  ui::heading(ui, head, stage_title(upload.stage), 3, ui::style::section);
  const float shown = ui::animated(ui, "sent", upload_fraction(upload), 200);
  ui::progress_bar(ui, ui::middle(column.next(20), 6), shown, "Sent to Fairway");
  column.skip(8);
  std::string words =
      "The tab reads the preview, prepares a database of it, and sends both in parts. Nothing is "
      "live or charged yet.";
  if (upload.parts_kept > 0) {
    words += cat({" ", counted(upload.parts_kept, "part", "parts"), " of ",
                  decimal(upload.parts_total), " had arrived before."});
  }
  small_paragraph(ui, column.next(60), words);
}

}  // namespace fairway
