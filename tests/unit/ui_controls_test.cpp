#include <doctest/doctest.h>

#include <array>
#include <string>

#include "web/backend/null_backend.h"

using namespace fairway;
using namespace fairway::ui;

TEST_CASE("a click is returned once, and disabled or busy buttons return none") {
  int pressed = 0;
  std::string reason;
  std::string busy;
  NullBackend page([&](Ui& ui) {
    if (button(ui, {0, 0, 100, 32}, "Deploy", {.busy_word = busy, .disabled_reason = reason}))
      ++pressed;
  });
  CHECK(page.click(Role::button, "Deploy"));
  CHECK(pressed == 1);
  page.draw();
  CHECK(pressed == 1);
  const NodeId before = page.find(Role::button, "Deploy")->id;
  busy = "Deploying";
  page.draw();
  CHECK(page.find(Role::button, "Deploying")->id == before);
  page.click(Role::button, "Deploying");
  CHECK(pressed == 1);
  busy.clear();
  reason = "Choose a database first";
  page.draw();
  CHECK_FALSE(page.click(Role::button, "Deploy"));
  CHECK(page.find(Role::button, "Deploy")->description == reason);
  CHECK(page.problems().empty());
}

TEST_CASE("fields keep what is typed, and say when Enter was pressed") {
  std::string name = "old";
  bool submitted = false;
  NullBackend page([&](Ui& ui) {
    submitted |= text_field(ui, {0, 0, 200, 36}, name, {.label = "Name"}).submitted;
  });
  CHECK(page.find(Role::textbox, "Name")->value == "old");
  CHECK(page.type(Role::textbox, "Name", "héllo 日本"));
  CHECK(name == "héllo 日本");
  CHECK(page.find(Role::textbox, "Name")->value == name);
  page.press("Enter");
  CHECK(submitted);
}

TEST_CASE("arrows move and choose within a radio group; Tab enters at the chosen one") {
  int chosen = 1;
  constexpr std::array names{"Turso", "Neon", "Own"};
  NullBackend page([&](Ui& ui) {
    button(ui, {0, 0, 80, 32}, "Before");
    {
      const RadioGroup group(ui, {0, 40, 300, 60}, "Database");
      for (int i = 0; i < 3; ++i)
        if (option_card(ui, {float(i) * 100, 40, 90, 60},
                        {.title = names[size_t(i)], .chosen = Chosen{chosen == i}}))
          chosen = i;
    }
    button(ui, {0, 120, 80, 32}, "After");
  });
  page.press("Tab");
  page.press("Tab");
  CHECK(page.focused()->name == "Neon");
  page.press("ArrowRight");
  CHECK(chosen == 2);
  CHECK(page.focused()->name == "Own");
  page.press("ArrowRight");
  CHECK(chosen == 0);
  page.press("Tab");
  CHECK(page.focused()->name == "After");
}

TEST_CASE("a select opens, is walked by arrows and letters, and gives the keyboard back") {
  int chosen = 0;
  constexpr std::array choices{SelectOption{"Newest"}, SelectOption{"Name"},
                               SelectOption{"Needs you first"}};
  NullBackend page([&](Ui& ui) { select(ui, {0, 0, 160, 32}, "Sort", choices, chosen); });
  CHECK(page.click(Role::combobox, "Sort"));
  REQUIRE(page.find(Role::option, "Name") != nullptr);
  CHECK(has(page.find(Role::combobox, "Sort")->state, NodeState::expanded));
  CHECK(page.focused()->name == "Newest");
  page.press("ArrowDown");
  CHECK(page.focused()->name == "Name");
  page.press("n");
  CHECK(page.focused()->name == "Needs you first");
  page.press("Enter");
  CHECK(chosen == 2);
  CHECK(page.find(Role::option, "Name") == nullptr);
  CHECK(page.focused()->role == Role::combobox);
  page.click(Role::combobox, "Sort");
  page.press("Escape");
  CHECK(page.find(Role::option, "Name") == nullptr);
  page.click(Role::combobox, "Sort");
  page.click_outside();
  CHECK(page.find(Role::option, "Name") == nullptr);
}

TEST_CASE("a dialog takes the keyboard, hides the page below and gives it back") {
  bool open = false;
  int below = 0;
  std::string domain;
  NullBackend page([&](Ui& ui) {
    if (button(ui, {0, 0, 80, 32}, "Open")) open = true;
    if (button(ui, {0, 40, 80, 32}, "Below")) ++below;
    if (!open) return;
    Dialog dialog(ui, {.title = "Deploy Studio Hours", .foot_height = 64});
    text_field(ui, shrunk(dialog.body, 24), domain, {.label = "Domain"});
    Menu menu(ui, dialog.foot, "More", {});
    if (menu.open() && menu.item({.words = "Delete app"})) open = false;
    if (dialog.wants_close()) open = false;
  });
  page.click(Role::button, "Open");
  REQUIRE(page.find(Role::dialog, "Deploy Studio Hours") != nullptr);
  CHECK(page.focused()->name == "Domain");
  CHECK_FALSE(page.click(Role::button, "Below"));
  CHECK(below == 0);
  page.click(Role::button, "More");
  CHECK(page.find(Role::menuitem, "Delete app") != nullptr);
  page.press("Escape");
  CHECK(page.find(Role::menuitem, "Delete app") == nullptr);
  CHECK(open);
  page.press("Escape");
  CHECK_FALSE(open);
  CHECK(page.focused()->name == "Open");
  page.click(Role::button, "Below");
  CHECK(below == 1);
  CHECK(page.problems().empty());
}

TEST_CASE("shortcuts reach the view, but not from under a dialog or while typing") {
  std::string query;
  int palette_opened = 0;
  int filtered = 0;
  NullBackend page([&](Ui& ui) {
    text_field(ui, {0, 0, 200, 36}, query, {.label = "Search"});
    button(ui, {0, 50, 80, 32}, "Other");
    if (ui.pressed("k", KeyPress::Command::yes)) ++palette_opened;
    if (ui.pressed("/")) ++filtered;
  });
  page.focus(Role::button, "Other");
  page.press("/");
  CHECK(filtered == 1);
  page.focus(Role::textbox, "Search");
  page.press("/");
  CHECK(filtered == 1);
  page.press_command("k");
  CHECK(palette_opened == 1);
}

TEST_CASE("long tables draw only what is seen, and say how many rows there are") {
  constexpr std::array columns{TableColumn{"Table"}, TableColumn{"Rows", 120, Align::right}};
  int drawn = 0;
  NullBackend page([&](Ui& ui) {
    drawn = 0;
    Scroll scroll(ui, {0, 0, 600, 400}, "Rows");
    Table table(ui, scroll.content(), "Tables carried", columns, {.rows_total = 5000});
    for (int row = table.first(); row < table.end(); ++row) {
      const std::string name = "table_" + std::to_string(row);
      table.row(row, name);
      table.cell(name);
      table.cell("12");
      ++drawn;
    }
    scroll.took(table.height());
  });
  CHECK(drawn < 60);
  CHECK(page.find(Role::table, "Tables carried")->position_total == 5000);
  page.scroll("Rows", 100000);
  CHECK(page.find(Role::rowheader, "table_2275") != nullptr);
  CHECK(page.find(Role::rowheader, "table_1") == nullptr);
}

TEST_CASE("toasts are said once and can be answered") {
  bool shown = true;
  ToastAnswer answer = ToastAnswer::none;
  NullBackend page([&](Ui& ui) {
    Toasts toasts(ui);
    if (!shown) return;
    const ToastAnswer now = toasts.toast({.key = "lost",
                                          .title = "Connection lost",
                                          .detail = "Trying again in 4 s",
                                          .mood = Mood::warn,
                                          .action = "Try now"});
    if (now != ToastAnswer::none) answer = now;
  });
  page.draw();
  CHECK(page.said().size() == 1);
  page.click(Role::button, "Try now");
  CHECK(answer == ToastAnswer::action);
}
