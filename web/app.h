// The seam between the shell (web/main.cpp, web/backend/) and the dashboard (web/views/, web/state*,
// web/actions/): the shell owns window, loop and host; the dashboard owns State and what is drawn.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "web/ui/ui.h"

namespace fairway {

struct Host;
class Loop;

/// What only the page can do. The browser's is in web/backend/, a recording one in the null backend.
/// All are quick and answer nothing; what a person must allow is asked by the browser.
class Page {
 public:
  virtual ~Page() = default;
  virtual void open_address(std::string_view url) = 0;          // leaves the dashboard
  virtual void open_new_tab(std::string_view url) = 0;
  virtual void set_path(std::string_view path_and_query) = 0;   // history.pushState
  virtual std::string path() const = 0;                         // "/app/dashboard?deploy=abc"
  virtual void set_title(std::string_view title) = 0;
  virtual void copy_text(std::string_view text) = 0;
  virtual void download(std::string_view file_name, std::string_view media_type,
                        std::string_view bytes) = 0;
  /// Small settings that outlive the tab (theme, scale): "" when never set.
  virtual std::string preference(std::string_view name) const = 0;
  virtual void set_preference(std::string_view name, std::string_view value) = 0;
  virtual void set_theme(ui::ThemeChoice choice) = 0;
  virtual ui::ThemeChoice theme() const = 0;
  virtual void set_scale(float scale) = 0;
  /// Draw again soon: something changed outside an event of the page.
  virtual void wake() = 0;
};

/// Made once by the shell; lives as long as the page.
class App {
 public:
  virtual ~App() = default;
  /// Called after the loop ran and for every pass; must not wait and must not block.
  virtual void draw(ui::Ui& ui) = 0;
  /// Address changed by the browser's own buttons.
  virtual void path_changed(std::string_view path_and_query) = 0;
  /// A file was dropped on the page.
  virtual void file_dropped(std::string_view name, std::string bytes) = 0;
};

/// Defined by the dashboard (web/views/app.cpp).
std::unique_ptr<App> make_app(Host& host, Loop& loop, Page& page);

}  // namespace fairway
