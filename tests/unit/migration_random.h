// Databases made by chance from one seed: schemas and values of every kind that SQLite knows.
#pragma once

#include "tests/unit/migration_support.h"

namespace fairway::test {

// SQL that makes a database of a few tables; the same for the same seed.
std::string random_database(uint64_t seed);
// A literal of any storage class: extremes, broken UTF-8, NUL bytes, long texts.
std::string random_literal(Dice& dice);

}  // namespace fairway::test
