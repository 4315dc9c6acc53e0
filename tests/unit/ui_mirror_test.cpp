#include <doctest/doctest.h>

#include <string>

#include "shared/base/json.h"
#include "web/backend/null_backend.h"

using namespace fairway;
using namespace fairway::ui;

TEST_CASE("what did not change is not sent") {
  std::string words = "2 h ago";
  NullBackend page([&](Ui& ui) {
    heading(ui, {0, 0, 200, 32}, "Projects", 1, style::page_title);
    text(ui, {0, 40, 200, 20}, words);
    button(ui, {0, 80, 80, 32}, "Deploy");
  });
  page.draw();
  CHECK(page.difference().empty());
  words = "3 h ago";
  page.draw();
  const auto sent = parse_json(page.difference());
  REQUIRE(sent.ok());
  CHECK(sent.value().at("set").size() == 1);
  CHECK(sent.value().at("set").at(0).at("name") == "3 h ago");
  CHECK_FALSE(sent.value().contains("order"));
}

TEST_CASE("scrolling moves nothing in the mirror") {
  NullBackend page([&](Ui& ui) {
    Scroll scroll(ui, {0, 0, 300, 200}, "List");
    Column column{scroll.content()};
    for (int i = 0; i < 12; ++i) button(ui, column.next(40), "Row " + std::to_string(i));
    scroll.took(column.used());
  });
  page.draw();
  page.scroll("List", 100);
  CHECK(page.difference().empty());
}

TEST_CASE("rows that change places keep their nodes") {
  std::vector<std::string> names{"a", "b", "c"};
  NullBackend page([&](Ui& ui) {
    Column column{{0, 0, 100, 300}};
    for (const std::string& name : names) {
      const Rect at = column.next(40);
      const Scope row(ui, {.role = Role::listitem, .name = name, .key = name, .box = at});
      button(ui, at, "Deploy");
    }
  });
  const NodeId first = page.all(Role::button).front()->id;
  std::swap(names[0], names[2]);
  page.draw();
  CHECK(page.all(Role::button).back()->id == first);
}

TEST_CASE("words of the page cannot break the message") {
  NullBackend page(
      [&](Ui& ui) { text(ui, {0, 0, 200, 20}, "quote \" backslash \\ <script> \xFF \n end"); });
  CHECK(parse_json(page.difference()).ok());
}
