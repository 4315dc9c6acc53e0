// Databases for the tests of migration: made from SQL, as bytes.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/migration/preview.h"

namespace fairway::test {

// The image of a database in memory after `sql` has run; "PRAGMA page_size=..." and the like go
// first.
std::string image_of(std::string_view sql);

// A database one can go on working with.
class Scratch {
 public:
  explicit Scratch(std::string_view sql = "");
  explicit Scratch(const std::string& image, std::string_view sql);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  void run(std::string_view sql);
  // Every row as one line, columns joined by '|'; reals as the hex of their bits.
  std::string ask(std::string_view sql);
  std::string image();
  sqlite3* get() { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

// The whole file of an image, its WAL mark taken off, so that SQLite opens it in memory.
std::string bytes_of(const DatabaseImage& image);

// tests/data/migration/<name>
std::string data_file(std::string_view name);

// A small generator of pseudo-random numbers (SplitMix64); the same on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t next();
  // A number below `bound`.
  size_t below(size_t bound) { return static_cast<size_t>(next() % bound); }
  bool one_in(size_t count) { return below(count) == 0; }

 private:
  uint64_t state_;
};

}  // namespace fairway::test
