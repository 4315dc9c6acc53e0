#include <algorithm>
#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/load.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

constexpr size_t values_at_once_max = 5'000;
constexpr size_t rows_at_once_max = 200;
constexpr size_t statement_bytes_max = 256 << 10;

// One INSERT of several rows: its places in the SQL text, its values as Hrana's JSON.
struct Insert {
  std::string places;
  std::string values;
  size_t rows = 0;
  size_t count = 0;
};

std::string text_json(std::string_view text) { return to_text(Json(std::string(text))); }

std::string blob_json(std::string_view bytes) {
  return cat({R"({"type":"blob","base64":")", base64(bytes), R"("})"});
}

// A value and the place where it is bound; infinities have no JSON and stand in the place itself.
struct Bound {
  std::string place;
  std::string json;
};

Bound bound_text(std::string_view text) {
  if (text.find('\0') == std::string_view::npos && is_utf8(text)) {
    return {"?", cat({R"({"type":"text","value":)", text_json(text), "}"})};
  }
  return {"CAST(? AS TEXT)", blob_json(text)};
}

Bound bound_real(double number) {
  if (std::isinf(number)) return {number > 0 ? "9e999" : "-9e999", ""};
  return {"?", cat({R"({"type":"float","value":)", to_text(Json(number)), "}"})};
}

Bound bound_cell(const Statement& row, int column) {
  switch (row.storage_class(column)) {
    case SQLITE_INTEGER:
      return {"?", cat({R"({"type":"integer","value":")", decimal(row.integer(column)), R"("})"})};
    case SQLITE_FLOAT:
      return bound_real(row.real(column));
    case SQLITE_TEXT:
      return bound_text(row.text(column));
    case SQLITE_BLOB:
      return {"?", blob_json(row.blob(column))};
    default:
      return {"?", R"({"type":"null"})"};
  }
}

std::string statement_json(std::string_view sql, std::string_view values) {
  return cat({R"({"sql":)", text_json(sql), R"(,"args":[)", values, R"(],"want_rows":false})"});
}

// The steps of one transaction, as load_steps in load.h numbers them.
class Batch {
 public:
  explicit Batch(std::string key) : key_(std::move(key)) {
    add("", statement_json("PRAGMA foreign_keys=OFF", ""));
    add("", statement_json(cat({"CREATE TABLE IF NOT EXISTS ", quoted_name(loads_table),
                                "(key TEXT PRIMARY KEY) WITHOUT ROWID"}),
                           ""));
    add(after_last(), statement_json("BEGIN IMMEDIATE", ""));
    add(after_last(), statement_json(cat({"INSERT INTO ", quoted_name(loads_table), " VALUES(?)"}),
                                     bound_text(key_).json));
  }

  void add_statement(std::string_view sql, std::string_view values) {
    add(after_last(), statement_json(sql, values));
  }
  void count_rows(size_t rows) { rows_ += static_cast<int64_t>(rows); }
  size_t size() const { return steps_.size(); }

  InsertBatch end() {
    add(after_last(), statement_json("COMMIT", ""));
    const std::string not_committed =
        cat({R"({"type":"not","cond":{"type":"ok","step":)", decimal(count_ - 1), "}}"});
    add(not_committed, statement_json("ROLLBACK", ""));
    return {std::move(key_),
            cat({R"({"requests":[{"type":"batch","batch":{"steps":[)", steps_,
                 R"(]}},{"type":"close"}]})"}),
            rows_};
  }

 private:
  std::string after_last() const {
    return cat({R"({"type":"ok","step":)", decimal(count_ - 1), "}"});
  }
  void add(std::string_view condition, std::string_view statement) {
    if (count_++ > 0) steps_ += ',';
    steps_ += '{';
    if (!condition.empty()) steps_ += cat({R"("condition":)", condition, ","});
    steps_ += cat({R"("stmt":)", statement, "}"});
  }

  std::string key_;
  std::string steps_;
  int64_t count_ = 0;
  int64_t rows_ = 0;
};

// Gathers rows into INSERTs, and INSERTs into batches.
class BatchWriter {
 public:
  BatchWriter(const TableReading& table, std::string_view load_id, int64_t body_bytes_max,
              const TakeBatch& take)
      : table_(table),
        load_id_(load_id),
        body_bytes_max_(static_cast<size_t>(body_bytes_max)),
        take_(take) {
    if (has_rowid_value(table.key)) names_.push_back(table.key.rowid_name);
    for (const auto& column : table.columns) {
      if (column.generated != Generated::no) continue;
      names_.push_back(quoted_name(column.name));
      stored_.push_back({column.name, column.type, 0});
    }
  }

  std::string select() const { return select_rows(table_.sum.name, table_.key, stored_); }

  std::optional<Failure> add_row(const Statement& row) {
    std::string places;
    std::string values;
    size_t count = 0;
    for (int i = 0; i < static_cast<int>(names_.size()); ++i) {
      const Bound bound = bound_cell(row, i);
      places += cat({i > 0 ? "," : "(", bound.place});
      if (bound.json.empty()) continue;
      values += cat({count++ > 0 ? "," : "", bound.json});
    }
    if (values.size() + places.size() > static_cast<size_t>(limits::part_bytes_max) - 4'096) {
      return row_too_large(row);
    }
    if (insert_.rows > 0 &&
        (insert_.rows >= rows_at_once_max || insert_.count + count > values_at_once_max ||
         insert_.values.size() + values.size() > statement_bytes_max)) {
      end_insert();
    }
    const size_t held =
        (batch_ ? batch_->size() : 0) + insert_.values.size() + insert_.places.size();
    if (held > 0 && held + values.size() + places.size() > body_bytes_max_ - 2'048) end_batch();
    insert_.places += cat({insert_.rows > 0 ? "," : "", places, ")"});
    insert_.values += cat({insert_.count > 0 && count > 0 ? "," : "", values});
    insert_.count += count;
    ++insert_.rows;
    return refused_;
  }

  // AUTOINCREMENT never gives an id again: its high-water mark may lie above all rows.
  void set_sequence(int64_t sequence) {
    end_insert();
    const std::string name = quoted_text(table_.sum.name);
    const std::string mark = decimal(sequence);
    batch().add_statement(cat({"UPDATE sqlite_sequence SET seq=", mark, " WHERE name=", name}), "");
    batch().add_statement(
        cat({"INSERT INTO sqlite_sequence(name,seq) SELECT ", name, ",", mark,
             " WHERE NOT EXISTS(SELECT 1 FROM sqlite_sequence WHERE name=", name, ")"}),
        "");
  }

  std::optional<Failure> end() {
    end_batch();
    return std::move(refused_);
  }

 private:
  Batch& batch() {
    if (!batch_) {
      batch_.emplace(cat({load_id_, "/", table_.sum.name, "/", decimal(batches_)}));
    }
    return *batch_;
  }

  void end_insert() {
    if (insert_.rows == 0) return;
    batch().add_statement(cat({"INSERT INTO ", quoted_name(table_.sum.name), "(", join(names_, ","),
                               ") VALUES ", insert_.places}),
                          insert_.values);
    batch().count_rows(insert_.rows);
    insert_ = {};
  }

  void end_batch() {
    end_insert();
    if (!batch_) return;
    ++batches_;
    if (!refused_) refused_ = take_(batch_->end());
    batch_.reset();
  }

  Failure row_too_large(const Statement& row) const {
    const bool rowid = has_rowid_value(table_.key);
    return fix_input(
        "row_too_large",
        cat({"A row of the new table ", quoted_name(table_.sum.name),
             rowid ? cat({" (rowid ", decimal(row.integer(0)), ")"}) : "", " is larger than the ",
             grouped(limits::part_bytes_max), " bytes that can be added to a database in use."}),
        "You: keep large files outside of the database, or shorten that row.");
  }

  const TableReading& table_;
  std::string load_id_;
  size_t body_bytes_max_;
  std::vector<std::string> names_;
  std::vector<ColumnSum> stored_;
  Insert insert_;
  std::optional<Batch> batch_;
  int64_t batches_ = 0;
  const TakeBatch& take_;
  std::optional<Failure> refused_;  // what `take` said; nothing is handed out behind it
};

// The high-water mark of an AUTOINCREMENT table; nothing where there is none.
std::optional<int64_t> sequence_of(Preview& preview, std::string_view table) {
  const auto& schema = preview.schema();
  const bool counted = std::ranges::any_of(
      schema, [](const SchemaObject& object) { return object.name == "sqlite_sequence"; });
  if (!counted) return std::nullopt;
  Statement rows(preview.state().connection,
                 cat({"SELECT seq FROM sqlite_sequence WHERE name=", quoted_text(table)}));
  if (!rows.step()) return std::nullopt;
  return rows.integer(0);
}

Failure new_rows_too_large(std::string_view table) {
  return fix_input(
      "new_rows_too_large",
      cat({"The new tables, up to ", quoted_name(table), ", hold more than ",
           grouped(limits::added_bytes_max >> 20),
           " MB of rows; a database in use takes no more at once."}),
      "You: deploy fewer new tables at a time, or only the rows that production needs. "
      "Production and its rows are unchanged.");
}

}  // namespace

std::optional<Failure> write_insert_batches(Preview& preview, const TableReading& table,
                                            std::string_view load_id, const TakeBatch& take,
                                            int64_t body_bytes_max) {
  BatchWriter writer(table, load_id, body_bytes_max, take);
  const Connection& connection = preview.state().connection;
  Statement row(connection, writer.select());
  while (row.step()) {
    if (auto failure = writer.add_row(row)) return failure;
  }
  if (!row.ended()) return connection.failure(row.result(), "reading a new table of");
  if (const auto sequence = sequence_of(preview, table.sum.name)) writer.set_sequence(*sequence);
  return writer.end();
}

Outcome<std::vector<InsertBatch>> make_insert_batches(Preview& preview, const TableReading& table,
                                                      std::string_view load_id,
                                                      int64_t body_bytes_max, int64_t bytes_max) {
  std::vector<InsertBatch> batches;
  int64_t bytes = 0;
  auto take = [&](InsertBatch batch) -> std::optional<Failure> {
    bytes += static_cast<int64_t>(batch.body.size());
    if (bytes > bytes_max) return new_rows_too_large(table.sum.name);
    batches.push_back(std::move(batch));
    return std::nullopt;
  };
  if (auto failure = write_insert_batches(preview, table, load_id, take, body_bytes_max)) {
    return *failure;
  }
  return batches;
}

}  // namespace fairway
