// The seam between the shell (web/main.cpp, web/backend/) and the dashboard (web/views/,
// web/state/, web/actions/): the shell owns window, frames, loop and host; the dashboard owns State
// and what is drawn. What only a page can do besides drawing is the Browser of
// web/actions/browser.h, which the shell implements too.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "shared/host/host.h"
#include "web/actions/browser.h"
#include "web/ui/ui.h"

namespace fairway {

/// What the dashboard may ask of the shell itself. All are quick and answer at once; theme and
/// scale are kept across reloads.
class Shell {
 public:
  virtual ui::ThemeChoice theme() const = 0;
  virtual void set_theme(ui::ThemeChoice choice) = 0;
  virtual float scale() const = 0;  // 1, 1.1, 1.25, 1.5
  virtual void set_scale(float scale) = 0;
  /// Draw again soon: something changed outside an event of the page. (Not needed after a task of
  /// the Loop went on: the shell draws after every turn by itself.)
  virtual void wake() = 0;
  /// Opens the system's file dialog; the file arrives in Screen::file_given. Only in the pass in
  /// which a click was returned, else browsers refuse. `accept` as in HTML: ".db,.sqlite,.zip".
  virtual void ask_for_file(std::string_view accept) = 0;

 protected:
  ~Shell() = default;
};

/// Made once by the shell; lives as long as the page.
class Screen {
 public:
  virtual ~Screen() = default;
  /// Called for every pass of a frame; must not wait.
  virtual void draw(ui::Ui& ui) = 0;
  /// The address was changed by the browser's own buttons (back, forward).
  virtual void address_changed() = 0;
  /// A file was dropped on the page, or chosen in the system's dialog.
  virtual void file_given(std::string name, std::string bytes) = 0;
  /// True while closing the page would lose work: then the shell lets the browser ask first.
  virtual bool leaving_loses_work() const { return false; }
};

/// Defined by the dashboard.
std::unique_ptr<Screen> make_app(Host& host, Loop& loop, Browser& browser, Shell& shell);

}  // namespace fairway
