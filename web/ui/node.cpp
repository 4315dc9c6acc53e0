#include "web/ui/node.h"

#include <iterator>

namespace fairway::ui {

namespace {

constexpr const char* names[] = {
    "group",        "main",      "navigation",  "banner",      "region",   "form",   "search",
    "heading",      "paragraph", "img",         "separator",   "link",     "button", "textbox",
    "searchbox",    "textbox",   "textbox",     "checkbox",    "switch",   "radio",  "radiogroup",
    "tab",          "tablist",   "tabpanel",    "combobox",    "listbox",  "option", "menu",
    "menuitem",     "dialog",    "alertdialog", "list",        "listitem", "table",  "row",
    "columnheader", "rowheader", "cell",        "progressbar", "log",      "status", "alert",
    "tooltip",      "scroll",
};
static_assert(std::size(names) == size_t(Role::count));

}  // namespace

const char* role_name(Role role) { return names[size_t(role)]; }

}  // namespace fairway::ui
