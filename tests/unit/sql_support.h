// A tree as text with every parenthesis, so that a test sees what binds what.
#pragma once

#include <string>
#include <string_view>

#include "shared/sql/sql.h"

namespace fairway {

std::string shown(const sql::Expression& expression);
// The tree of the text, or "? " and why there is none.
std::string tree_of(std::string_view expression);

}  // namespace fairway
