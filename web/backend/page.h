// The browser tab as C++ sees it: what crosses to public/boot/page.mjs besides the wall.
//
// PageBrowser answers the dashboard's Browser (web/actions/browser.h). The builder's store is a
// port of the wall ("preview"); everything else is a short synchronous call into the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/host/wall.h"
#include "web/actions/browser.h"
#include "web/ui/atlas.h"

namespace fairway {

class PageBrowser final : public Browser {
 public:
  explicit PageBrowser(Wall& wall) : wall_(wall) {}

  Task<std::vector<BuilderProject>> list_projects() override;
  Task<std::string> read_file(std::string project_id, std::string path) override;
  Task<std::string> read_database(std::string project_id) override;

  std::string recall(std::string_view key) override;
  void keep(std::string_view key, std::string_view text) override;
  void forget(std::string_view key) override;
  std::string address() override;
  void show_address(std::string_view path) override;
  void go_to(std::string_view url) override;
  void open_tab(std::string_view url) override;
  void set_title(std::string_view title) override;
  void copy(std::string_view text) override;
  void download(std::string_view file_name, std::string_view media_type,
                std::string_view text) override;
  void download_piece(std::string_view bytes) override;
  void drop_pieces() override;

 private:
  Wall& wall_;
};

/// The port `rasterize_glyphs`: characters that the embedded faces lack, by the page's 2D canvas.
class PageGlyphs final : public ui::ForeignGlyphs {
 public:
  ui::ForeignImage rasterize(std::string_view text, float size_px, ui::Face face) override;
};

class PageRandom final : public Random {
 public:
  std::string bytes(size_t size) override;
};

Wall::Doors page_doors();
void ask_page_for_file(std::string_view accept);
void keep_page_settings(std::string_view theme, float scale);

}  // namespace fairway
