// A plan for people to read: warnings first, then tables and columns.
#pragma once

#include <string>

#include "shared/postgres/difference.h"

namespace fairway::cli {

// What a person should look at: questions, what cannot be over there, and refusals.
std::string warnings_text(const std::vector<postgres::Decision>& decisions);
// What a redeployment changes, or would change: what loses something first.
std::string changes_text(const std::vector<postgres::SchemaChange>& changes);
std::string tables_text(const postgres::Plan& plan);

}  // namespace fairway::cli
