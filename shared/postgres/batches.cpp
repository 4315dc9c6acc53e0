#include "shared/postgres/batches.h"

#include <array>

#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

// Where rows go: a table, its columns and their types.
struct Place {
  std::string table;    // quoted
  std::string columns;  // quoted, with commas
  std::vector<std::string> types;
};

Place place_of(const TablePlan& table, const StagedLoad& load) {
  Place place;
  place.table = cat({quoted_name(staging_schema(load)), ".", quoted_name(table.target_name)});
  place.columns = loaded_columns(table);
  for (const ColumnPlan& column : table.columns) {
    if (!column.is_generated) place.types.push_back(column.target_type);
  }
  return place;
}

Place exact_cells_place(const StagedLoad& load) {
  return {notes_table(load, "exact_cells"),
          "table_name, column_name, row_key, bytes",
          {"text", "text", "text", "bytea"}};
}

std::string json_text(std::string_view text) { return to_text(Json(std::string(text))); }

// What a byte of a cell becomes inside a quoted element of an array inside a JSON string.
std::string element_byte(uint8_t byte) {
  switch (byte) {
    case '"':
      return R"(\\\")";
    case '\\':
      return R"(\\\\)";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      if (byte >= 0x20) return std::string(1, static_cast<char>(byte));
      return cat({"\\u00", hex(std::string(1, static_cast<char>(byte)))});
  }
}

struct ElementBytes {
  std::array<std::string, 256> of;
  std::array<bool, 256> is_plain{};  // stands for itself, in COPY too

  ElementBytes() {
    for (size_t byte = 0; byte < of.size(); ++byte) {
      of[byte] = element_byte(static_cast<uint8_t>(byte));
      is_plain[byte] = byte >= 0x20 && byte != '"' && byte != '\\';
    }
  }
};

const ElementBytes& element_bytes() {
  static const ElementBytes bytes;
  return bytes;
}

// The byte that COPY writes as a backslash and this letter.
char unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return letter;
  }
}

// How many bytes of the text are whole characters: the last one may have come in part.
size_t whole_characters(std::string_view text) {
  constexpr size_t character_bytes_max = 4;
  for (size_t back = 1; back < character_bytes_max && back <= text.size(); ++back) {
    const auto byte = static_cast<uint8_t>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < size ? text.size() - back : text.size();
  }
  return text.size();
}

// Takes lines of COPY, of which the sums were made, and makes batches of them.
class BatchWriter {
 public:
  BatchWriter(const StagedLoad& load, std::string key_prefix, Place place, const TakeRowBatch& take,
              int64_t body_bytes_max)
      : load_(load),
        key_prefix_(std::move(key_prefix)),
        place_(std::move(place)),
        take_(take),
        body_bytes_max_(static_cast<size_t>(body_bytes_max)),
        row_(place_.types.size()),
        columns_(place_.types.size()) {}

  std::optional<Failure> add(std::string_view copy_bytes) {
    const ElementBytes& bytes = element_bytes();
    while (!copy_bytes.empty() && !refused_) {
      const char byte = copy_bytes.front();
      if (after_backslash_) {
        after_backslash_ = false;
        if (byte == 'N') {
          field().is_null = true;
        } else {
          add_text(bytes.of[static_cast<uint8_t>(unescaped(byte))]);
        }
      } else if (byte == '\\') {
        after_backslash_ = true;
      } else if (byte == '\t') {
        ++at_;
      } else if (byte == '\n') {
        end_row();
      } else if (!bytes.is_plain[static_cast<uint8_t>(byte)]) {
        add_text(bytes.of[static_cast<uint8_t>(byte)]);
      } else {
        size_t size = 1;
        while (size < copy_bytes.size() && bytes.is_plain[static_cast<uint8_t>(copy_bytes[size])]) {
          ++size;
        }
        add_plain(copy_bytes.substr(0, size));
        copy_bytes.remove_prefix(size);
        continue;
      }
      copy_bytes.remove_prefix(1);
    }
    return refused_;
  }

  std::optional<Failure> end() {
    end_batch();
    return refused_;
  }

 private:
  struct Field {
    std::string text;  // the element without its quotes
    std::string cell;  // the name of its pieces, where it is large
    int64_t pieces = 0;
    bool is_null = false;
  };

  Field& field() { return row_[at_]; }

  void add_text(std::string_view text) {
    if (field().text.size() + text.size() > body_bytes_max_) end_piece();
    field().text += text;
  }

  void add_plain(std::string_view text) {
    while (field().text.size() + text.size() > body_bytes_max_) {
      const size_t room = body_bytes_max_ - std::min(field().text.size(), body_bytes_max_);
      field().text += text.substr(0, room);
      text.remove_prefix(room);
      end_piece();
    }
    field().text += text;
  }

  std::string next_key() { return cat({key_prefix_, ".", decimal(++keys_)}); }

  void send(std::string key, const std::vector<std::pair<std::string, std::string>>& queries,
            int64_t rows) {
    std::string body = cat({R"({"queries":[{"query":)", json_text(enter_key(load_, key).sql),
                            R"(,"params":[)", json_text(key), "]}"});
    for (const auto& [sql, values] : queries) {
      body += cat({R"(,{"query":)", json_text(sql), R"(,"params":[)", values, "]}"});
    }
    body += "]}";
    if (!refused_) refused_ = take_({std::move(key), std::move(body), rows});
  }

  // A part of a large cell goes ahead of its row, and stands for nothing without it.
  void end_piece() {
    Field& large = field();
    const std::string rest = large.text.substr(whole_characters(large.text));
    large.text.resize(large.text.size() - rest.size());
    std::string key = next_key();
    if (large.cell.empty()) large.cell = key;
    send(std::move(key),
         {{cat({"INSERT INTO ", notes_table(load_, "pieces"),
                " VALUES ($1, $2::integer, ($3::text[])[1])"}),
           cat({json_text(large.cell), ",\"", decimal(++large.pieces), R"(","{\")", large.text,
                R"(\"}")"})}},
         0);
    large.text = rest;
  }

  static std::string element_of(const Field& field) {
    return field.is_null ? "NULL" : cat({R"(\")", field.text, R"(\")"});
  }

  void end_row() {
    size_t size = 0;
    bool has_pieces = false;
    for (const Field& one : row_) {
      size += one.text.size() + 5;
      has_pieces = has_pieces || one.pieces > 0;
    }
    if (has_pieces || size > body_bytes_max_) {
      send_large_row();
    } else {
      if (rows_ > 0 && held_ + size > body_bytes_max_) end_batch();
      for (size_t i = 0; i < row_.size(); ++i) {
        if (rows_ > 0) columns_[i] += ',';
        columns_[i] += element_of(row_[i]);
      }
      held_ += size;
      ++rows_;
    }
    for (Field& one : row_) {
      one.text.clear();
      one.cell.clear();
      one.pieces = 0;
      one.is_null = false;
    }
    at_ = 0;
  }

  // Whatever is large in it goes ahead, so that the rest fits into one body.
  void send_large_row() {
    at_ = 0;
    std::vector<std::string> cells;
    std::vector<std::string> names;
    for (Field& one : row_) {
      const bool is_sent_ahead =
          one.pieces > 0 || one.text.size() > body_bytes_max_ / (2 * row_.size());
      if (is_sent_ahead && (one.pieces == 0 || !one.text.empty())) end_piece();
      std::string cell = "NULL";
      if (is_sent_ahead) {
        names.push_back(quoted_text(one.cell));
        cell = cat({"(SELECT string_agg(piece, '' ORDER BY part) FROM ",
                    notes_table(load_, "pieces"), " WHERE cell = ", names.back(), ")"});
      } else if (!one.is_null) {
        cell = cat({"($", decimal(static_cast<int64_t>(at_) + 1), "::text[])[1]"});
      }
      cells.push_back(cat({cell, "::", place_.types[at_]}));
      ++at_;
    }
    std::string values;
    for (const Field& one : row_) {
      const bool is_here = !one.is_null && one.pieces == 0;
      values += cat(
          {values.empty() ? "" : ",", is_here ? cat({R"("{)", element_of(one), R"(}")"}) : "null"});
    }
    // Parameters that no expression names have no type.
    std::string sql =
        cat({"INSERT INTO ", place_.table, " (", place_.columns, ") SELECT ", join(cells, ", "),
             " FROM (SELECT ", untyped_parameters(), ") AS parameters"});
    send(next_key(),
         {{std::move(sql), values},
          {cat({"DELETE FROM ", notes_table(load_, "pieces"), " WHERE cell IN (", join(names, ", "),
                ")"}),
           ""}},
         1);
  }

  std::string untyped_parameters() const {
    std::vector<std::string> parameters;
    for (size_t i = 0; i < row_.size(); ++i) {
      parameters.push_back(cat({"$", decimal(static_cast<int64_t>(i) + 1), "::text[]"}));
    }
    return join(parameters, ", ");
  }

  void end_batch() {
    if (rows_ == 0) return;
    std::vector<std::string> cells;
    std::vector<std::string> arrays;
    std::vector<std::string> names;
    std::string values;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string number = decimal(static_cast<int64_t>(i) + 1);
      cells.push_back(cat({"c", number, "::", place_.types[i]}));
      arrays.push_back(cat({"$", number, "::text[]"}));
      names.push_back(cat({"c", number}));
      values += cat({i > 0 ? "," : "", "\"{", columns_[i], "}\""});
      columns_[i].clear();
    }
    std::string sql =
        cat({"INSERT INTO ", place_.table, " (", place_.columns, ") SELECT ", join(cells, ", "),
             " FROM unnest(", join(arrays, ", "), ") AS cells (", join(names, ", "), ")"});
    send(next_key(), {{std::move(sql), std::move(values)}}, rows_);
    rows_ = 0;
    held_ = 0;
  }

  const StagedLoad& load_;
  std::string key_prefix_;
  Place place_;
  const TakeRowBatch& take_;
  size_t body_bytes_max_;
  std::vector<Field> row_;  // the row that is being read
  size_t at_ = 0;           // its column
  bool after_backslash_ = false;
  std::vector<std::string> columns_;  // of the batch: elements with commas
  size_t held_ = 0;
  int64_t rows_ = 0;
  int64_t keys_ = 0;
  std::optional<Failure> refused_;  // what `take` said; nothing is handed out behind it
};

}  // namespace

Outcome<WrittenTable> write_row_batches(Preview& preview, const Plan& plan, size_t table,
                                        const StagedLoad& load, const TakeRowBatch& take,
                                        int64_t body_bytes_max) {
  const TablePlan& one = plan.tables[table];
  const std::string number = decimal(static_cast<int64_t>(table));
  BatchWriter rows(load, cat({"rows ", number}), place_of(one, load), take, body_bytes_max);
  OutBuffer out([&](std::string_view bytes) { return rows.add(bytes); }, OutBuffer::socket_bytes);
  auto written = write_rows(preview, one, RowForm::copy, out, [](int64_t) { return std::nullopt; });
  out.flush();
  if (!written.ok()) return written;
  if (out.failure()) return *out.failure();
  if (auto failure = rows.end()) return *failure;
  if (written->repaired == 0) return written;
  BatchWriter exact(load, cat({"exact ", number}), exact_cells_place(load), take, body_bytes_max);
  OutBuffer cells([&](std::string_view bytes) { return exact.add(bytes); },
                  OutBuffer::socket_bytes);
  if (auto failure = write_exact_cells(preview, one, RowForm::copy, cells)) return *failure;
  cells.flush();
  if (cells.failure()) return *cells.failure();
  if (auto failure = exact.end()) return *failure;
  return written;
}

}  // namespace fairway::postgres
