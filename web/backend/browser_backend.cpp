// The page's side of the dashboard: functions that public/boot/main.mjs calls, one turn each.
//
// A turn: what happened is put into the widget layer's queue, the loop runs, the frame is drawn in
// passes until it is settled, the difference of the tree is fetched by the page. Nothing runs
// between turns.

#include <GLES3/gl3.h>
#include <emscripten.h>
#include <emscripten/html5.h>

#include <cmath>
#include <memory>
#include <string>

#include "shared/host/wall.h"
#include "web/app.h"
#include "web/backend/page.h"
#include "web/backend/renderer.h"
#include "web/gallery.h"
#include "web/ui/fonts.h"
#include "web/ui/mirror.h"

namespace fairway {
namespace {

// The dashboard's Database is the edge's; nothing here may ask for one.
class NoDatabase final : public Database {
 public:
  Rows run(std::string_view, std::vector<Value>) override { std::abort(); }
};

class Tab final : public Shell {
 public:
  Tab()
      : wall(page_doors()),
        browser(wall),
        host{wall, database, wall, wall, random, wall, settings} {
    ui.core().atlas.foreign = &glyphs;
  }

  ui::ThemeChoice theme() const override { return theme_choice; }
  void set_theme(ui::ThemeChoice choice) override {
    theme_choice = choice;
    keep_settings();
  }
  float scale() const override { return around.scale; }
  void set_scale(float scale) override {
    around.scale = scale;
    keep_settings();
  }
  void wake() override { woken = true; }
  void ask_for_file(std::string_view accept) override { ask_page_for_file(accept); }

  void keep_settings() {
    constexpr const char* names[] = {"system", "light", "dark"};
    keep_page_settings(names[size_t(theme_choice)], around.scale);
    woken = true;
  }

  double frame(double now_ms) {
    around.now_ms = now_ms;
    const bool dark = theme_choice == ui::ThemeChoice::system
                          ? system_theme == ui::Theme::dark
                          : theme_choice == ui::ThemeChoice::dark;
    around.theme = dark ? ui::Theme::dark : ui::Theme::light;
    for (int turn = 0; turn < 4; ++turn) {
      loop.run();
      woken = false;
      ui::run_frame(ui, around, [this](ui::Ui& passed) { app->draw(passed); });
      if (!woken && !loop.turn()) break;
    }
    if (has_context) renderer.draw(ui.core());
    return ui.core().wake_at_ms;
  }

  Wall wall;
  PageBrowser browser;
  PageGlyphs glyphs;
  PageRandom random;
  NoDatabase database;
  Settings settings;
  Host host;
  Loop loop;
  ui::Ui ui;
  ui::Surroundings around;
  ui::ThemeChoice theme_choice = ui::ThemeChoice::system;
  ui::Theme system_theme = ui::Theme::light;
  ui::MirrorWriter mirror;
  Renderer renderer;
  std::unique_ptr<Screen> app;
  std::string difference;
  bool has_context = false;
  bool woken = false;
};

// The module's one state: the page that loaded it.
std::unique_ptr<Tab> tab;

bool open_context() {
  EmscriptenWebGLContextAttributes wanted;
  emscripten_webgl_init_context_attributes(&wanted);
  wanted.majorVersion = 2;
  wanted.minorVersion = 0;
  wanted.alpha = false;
  wanted.antialias = false;
  wanted.depth = false;
  wanted.stencil = false;
  wanted.enableExtensionsByDefault = false;
  const auto context = emscripten_webgl_create_context("#canvas", &wanted);
  return context > 0 && emscripten_webgl_make_context_current(context) == EMSCRIPTEN_RESULT_SUCCESS;
}

ui::ThemeChoice choice_of(int number) {
  return number == 1   ? ui::ThemeChoice::light
         : number == 2 ? ui::ThemeChoice::dark
                       : ui::ThemeChoice::system;
}

}  // namespace
}  // namespace fairway

using namespace fairway;

extern "C" {

/// 0 when the page has no WebGL2. `gallery` shows the parts instead of the dashboard.
EMSCRIPTEN_KEEPALIVE int fairway_open(int theme_choice, float scale, int gallery) {
  tab = std::make_unique<Tab>();
  tab->theme_choice = choice_of(theme_choice);
  tab->around.scale = scale;
  tab->has_context = open_context();
  tab->app = gallery != 0 ? make_gallery(*tab) : make_app(tab->host, tab->loop, tab->browser, *tab);
  return tab->has_context ? 1 : 0;
}

EMSCRIPTEN_KEEPALIVE const unsigned char* fairway_font(int face) {
  return face == 0   ? ui::font_regular().data()
         : face == 1 ? ui::font_semibold().data()
                     : ui::font_mono().data();
}
EMSCRIPTEN_KEEPALIVE size_t fairway_font_size(int face) {
  return face == 0   ? ui::font_regular().size()
         : face == 1 ? ui::font_semibold().size()
                     : ui::font_mono().size();
}

EMSCRIPTEN_KEEPALIVE void fairway_surroundings(float width, float height, float ratio, int dark,
                                               int coarse, int reduced, int mac) {
  using Around = ui::Surroundings;
  tab->around.width = width;
  tab->around.height = height;
  tab->around.device_pixel_ratio = ratio;
  tab->system_theme = dark != 0 ? ui::Theme::dark : ui::Theme::light;
  tab->around.pointer = coarse != 0 ? Around::Pointer::coarse : Around::Pointer::fine;
  tab->around.motion = reduced != 0 ? Around::Motion::reduced : Around::Motion::full;
  tab->around.keys = mac != 0 ? Around::Keys::mac : Around::Keys::pc;
}

/// Answers when the next frame is due: a time of `now_ms`, infinity when nothing runs.
EMSCRIPTEN_KEEPALIVE double fairway_frame(double now_ms) { return tab->frame(now_ms); }

/// The JSON of web/ui/mirror.h for the last frame, "" when nothing changed.
EMSCRIPTEN_KEEPALIVE const char* fairway_difference() {
  tab->difference = tab->mirror.difference(tab->ui.core());
  return tab->difference.c_str();
}

EMSCRIPTEN_KEEPALIVE void fairway_click(uint32_t node) {
  tab->ui.core().events.push_back({.kind = ui::Event::Kind::click, .node = node});
}
EMSCRIPTEN_KEEPALIVE void fairway_outside(uint32_t root) {
  tab->ui.core().events.push_back({.kind = ui::Event::Kind::outside, .node = root});
}
EMSCRIPTEN_KEEPALIVE void fairway_key(uint32_t node, const char* key, int command, int shift) {
  ui::Event event{.kind = ui::Event::Kind::key, .node = node};
  event.key = {
      .key = key, .command = ui::KeyPress::Command(command), .shift = ui::KeyPress::Shift(shift)};
  tab->ui.core().events.push_back(std::move(event));
}
EMSCRIPTEN_KEEPALIVE void fairway_input(uint32_t node, const char* text, int start, int end,
                                        float left, float top) {
  const float scale = tab->around.scale;
  tab->ui.core().events.push_back({.kind = ui::Event::Kind::input,
                                   .node = node,
                                   .text = text,
                                   .selection_start = start,
                                   .selection_end = end,
                                   .scroll_left = left / scale,
                                   .scroll_top = top / scale});
}
EMSCRIPTEN_KEEPALIVE void fairway_selection(uint32_t node, int start, int end, float left,
                                            float top) {
  const float scale = tab->around.scale;
  tab->ui.core().editing = {node, start, end, left / scale, top / scale, tab->around.now_ms};
}
EMSCRIPTEN_KEEPALIVE void fairway_attention(uint32_t hovered, uint32_t held, uint32_t focused,
                                            int visible, double now_ms) {
  ui::Attention& attention = tab->ui.core().attention;
  if (attention.hovered != hovered) attention.hovered_since_ms = now_ms;
  attention.hovered = hovered;
  attention.held = held;
  attention.focused = focused;
  attention.focus_visible = visible != 0;
}
EMSCRIPTEN_KEEPALIVE void fairway_scroll(uint32_t node, float top) {
  tab->ui.core().scrolls[node].offset = top / tab->around.scale;
}
/// Whether somebody used the key of the last frame; else the browser may have it.
EMSCRIPTEN_KEEPALIVE int fairway_key_was_used() { return tab->ui.core().key_used ? 1 : 0; }

EMSCRIPTEN_KEEPALIVE void fairway_answer(uint32_t call, const char* frame, size_t size) {
  tab->wall.answer(call, {frame, size});
  tab->loop.run();  // work goes on at once; the picture of it may wait for the next frame
}

EMSCRIPTEN_KEEPALIVE void fairway_context_lost() {
  tab->has_context = false;
  tab->renderer.forget();
}
EMSCRIPTEN_KEEPALIVE void fairway_context_restored() { tab->has_context = true; }

EMSCRIPTEN_KEEPALIVE int fairway_leaving_loses_work() {
  return tab->app->leaving_loses_work() ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE void fairway_address_changed() { tab->app->address_changed(); }
EMSCRIPTEN_KEEPALIVE void fairway_file(const char* name, const char* bytes, size_t size) {
  tab->app->file_given(name, std::string(bytes, size));
}

}  // extern "C"
