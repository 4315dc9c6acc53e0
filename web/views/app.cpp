#include <utility>

#include "shared/base/text.h"
#include "web/actions/connection.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/review.h"
#include "web/actions/session.h"
#include "web/views/views.h"

namespace fairway {
namespace {

using Command_ = ui::KeyPress::Command;

void draw_page(ui::Ui& ui, Desk& desk, ui::Rect page) {
  switch (desk.state.page) {
    case Page::activity:
      return draw_activity(ui, desk, page);
    case Page::usage:
      return draw_usage(ui, desk, page);
    case Page::app:
      return draw_app_page(ui, desk, page);
    case Page::projects:
      return draw_projects(ui, desk, page);
  }
}

void follow_shortcuts(ui::Ui& ui, Desk& desk) {
  State& state = desk.state;
  if (ui.pressed("k", Command_::yes)) {
    state.palette = {};
    state.palette.open = true;
  }
  if (state.deploy || state.review || state.palette.open) return;
  if (ui.pressed("/") && state.page == Page::projects) {
    state.search_open = true;
    ui.focus_by_name(ui::Role::searchbox, "Find a project");
  }
}

// The first pixels, before it is known who is here: the frame of the page, nothing that jumps.
void draw_unknown(ui::Ui& ui, Desk& desk, ui::Rect page) {
  const ui::PageMetrics metrics = ui.metrics();
  const double since_ms = static_cast<double>(desk.state.health.asked_at_ms);
  ui::Rect rest = ui::shrunk(page, metrics.margin, 28);
  ui::skeleton(ui, ui::cut_top(rest, 32, 20), since_ms);
  ui::skeleton(ui, ui::cut_top(rest, 106, 20), since_ms, 12);
}

class Fairway final : public Screen {
 public:
  Fairway(Host& host, Loop& loop, Browser& browser, Shell& shell)
      : clock_(host.clock),
        dashboard_(loop, host, browser, state_),
        desk_{dashboard_, state_, shell} {
    state_.now_ms = clock_.now_ms();
    dashboard_.running.start_once("start", start_up(dashboard_));
  }

  void draw(ui::Ui& ui) override {
    state_.now_ms = clock_.now_ms();
    state_.theme = desk_.shell.theme();
    dashboard_.running.sweep();
    draw_app(ui, desk_);
  }

  void address_changed() override {
    const PageAddress address = read_address(dashboard_.browser.address());
    follow_page(dashboard_, address);
    if (!address.review) state_.review.reset();
    if (address.deploy.empty()) {
      state_.deploy.reset();
    } else if (state_.session.stage == Session::Stage::signed_in) {
      open_deploy(dashboard_, address.deploy);
      if (address.review) open_review(dashboard_, address.deploy);
    }
  }

  void file_given(std::string name, std::string bytes) override {
    (void)bytes;
    add_toast(state_, {ToastMessage::Mood::warn, "This file was not used",
                       cat({name, ": databases are taken from the Builder's own store."}),
                       clock_.now_ms() + 8'000});
  }

  bool leaving_loses_work() const override { return fairway::leaving_loses_work(dashboard_); }

 private:
  Clock& clock_;
  State state_;
  Dashboard dashboard_;
  Desk desk_;
};

}  // namespace

void draw_app(ui::Ui& ui, Desk& desk) {
  State& state = desk.state;
  ui::Rect screen = ui.screen();
  ui::box(ui, screen, {.fill = ui::Tone::canvas});
  ui::Rect bar = ui::cut_top(screen, 56);
  draw_top_bar(ui, desk, bar);
  const bool is_in = state.session.stage == Session::Stage::signed_in ||
                     state.session.stage == Session::Stage::expired;
  if (state.session.stage == Session::Stage::unknown) {
    draw_unknown(ui, desk, screen);
  } else if (!is_in) {
    draw_sign_in(ui, desk, screen);
  } else {
    if (state.review) {
      draw_review(ui, desk, screen);
    } else if (ui.width_class() == ui::WidthClass::phone) {
      const ui::Rect bottom = ui::cut_bottom(screen, 64);
      draw_page(ui, desk, screen);
      draw_bottom_bar(ui, desk, bottom);
    } else {
      draw_page(ui, desk, screen);
    }
    follow_shortcuts(ui, desk);
    if (state.deploy && !state.review) draw_deploy(ui, desk);
    if (state.palette.open) draw_palette(ui, desk);
    if (state.session.stage == Session::Stage::expired) draw_session_ended(ui, desk);
  }
  draw_toasts(ui, desk);
}

void open_card(Desk& desk, const std::string& project_id) {
  open_deploy(desk.dashboard, project_id);
}

std::unique_ptr<Screen> make_app(Host& host, Loop& loop, Browser& browser, Shell& shell) {
  return std::make_unique<Fairway>(host, loop, browser, shell);
}

}  // namespace fairway
