#include "shared/postgres/view_sums.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"
#include "shared/postgres/canonical.h"

namespace fairway::postgres {
namespace {

// Of pg_type.dat; they never change.
enum class Shape { text, number, truth, instant, bytes };
Shape shape_of(unsigned type) {
  switch (type) {
    case 20:    // bigint
    case 21:    // smallint
    case 23:    // integer
    case 700:   // real
    case 701:   // double precision
    case 1700:  // numeric
      return Shape::number;
    case 16:
      return Shape::truth;
    case 1114:  // timestamp
    case 1184:  // timestamp with time zone
      return Shape::instant;
    case 17:
      return Shape::bytes;
    default:
      return Shape::text;
  }
}

std::string number_text(double number) {
  if (number == 0) return "0";
  if (std::fabs(number) < 1e15 && number == std::trunc(number)) {
    return decimal(static_cast<int64_t>(number));
  }
  std::array<char, 40> text;
  return {text.data(),
          static_cast<size_t>(std::snprintf(text.data(), text.size(), "%.12g", number))};
}

std::string number_text(const std::string& text) {
  if (parse_decimal(text)) return text;
  return number_text(std::strtod(text.c_str(), nullptr));
}

std::string instant_text(std::optional<Instant> instant, std::string otherwise) {
  if (!instant) return otherwise;
  std::array<char, moment_text_bytes_max> text;
  return {text.data(), write_instant(text.data(), *instant)};
}

std::string instant_text(double number) {
  // As everywhere: seconds until the year 5138, milliseconds above.
  const bool seconds = std::fabs(number) < 1e11;
  return instant_text(seconds ? instant_of_seconds(number) : instant_of_milliseconds(number),
                      number_text(number));
}

std::string target_text(Shape shape, const std::string& text) {
  switch (shape) {
    case Shape::number:
      return number_text(text);
    case Shape::truth:
      return text == "t" || text == "true" ? "1" : "0";
    case Shape::instant:
      return instant_text(read_instant(text), text);
    default:
      return text;
  }
}

std::string source_text(Shape shape, const Statement& row, int column) {
  const int storage = row.storage_class(column);
  const bool number = storage == SQLITE_INTEGER || storage == SQLITE_FLOAT;
  if (shape == Shape::instant && number) return instant_text(row.real(column));
  if (storage == SQLITE_INTEGER) return decimal(row.integer(column));
  if (storage == SQLITE_FLOAT) {
    if (shape != Shape::text) return number_text(row.real(column));
    std::array<char, real_text_bytes_max> text;
    return {text.data(), write_real_as_text(text.data(), row.real(column))};
  }
  const std::string_view bytes = storage == SQLITE_BLOB ? row.blob(column) : row.text(column);
  if (shape == Shape::bytes) return cat({"\\x", hex(bytes)});
  const std::string text = repaired_text(bytes);
  return shape == Shape::instant ? instant_text(read_instant(text), text) : text;
}

// A row's hash runs through its cells; a NULL is told from every text by its seed.
class RowHash {
 public:
  void add(const std::optional<std::string>& cell) {
    hash_ = TextHash::of(cell.value_or(""), static_cast<uint64_t>(hash_) ^ (cell ? 0 : 1));
  }
  int64_t end() const { return hash_; }

 private:
  int64_t hash_ = 0;
};

// Views are off on connections of previews (see preview.h); this one is run on purpose, within the
// same budget of steps.
class ViewsOn {
 public:
  explicit ViewsOn(sqlite3* database) : database_(database) { set(1); }
  ViewsOn(const ViewsOn&) = delete;
  ViewsOn& operator=(const ViewsOn&) = delete;
  ~ViewsOn() { set(0); }

 private:
  void set(int on) { sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_VIEW, on, nullptr); }
  sqlite3* database_;
};

Failure not_comparable(const ViewPlan& view, std::string_view why) {
  return report_bug("view_not_comparable",
                    cat({"The view ", quoted_name(view.name), " cannot be compared: ", why, "."}));
}

}  // namespace

void add_view_row(ViewSum& sum, std::span<const unsigned> types,
                  std::span<const std::optional<std::string>> cells) {
  RowHash hash;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i]) {
      hash.add(target_text(shape_of(types[i]), *cells[i]));
    } else {
      hash.add(std::nullopt);
    }
  }
  ++sum.rows;
  sum.sum.add(hash.end());
}

Outcome<ViewSum> sum_view(Preview& preview, const ViewPlan& view, std::span<const unsigned> types) {
  const Connection& connection = preview.state().connection;
  const ViewsOn on(connection.get());
  Statement row(connection, cat({"SELECT * FROM ", quoted_name(view.name)}));
  if (row.get() == nullptr) return not_comparable(view, sqlite3_errmsg(connection.get()));
  if (static_cast<size_t>(sqlite3_column_count(row.get())) != types.size()) {
    return not_comparable(view, "it has another number of columns there");
  }
  ViewSum sum;
  while (row.step()) {
    RowHash hash;
    for (size_t i = 0; i < types.size(); ++i) {
      const int column = static_cast<int>(i);
      if (row.storage_class(column) == SQLITE_NULL) {
        hash.add(std::nullopt);
      } else {
        hash.add(source_text(shape_of(types[i]), row, column));
      }
    }
    ++sum.rows;
    sum.sum.add(hash.end());
  }
  if (!row.ended()) return not_comparable(view, sqlite3_errmsg(connection.get()));
  return sum;
}

}  // namespace fairway::postgres
