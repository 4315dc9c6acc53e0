#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

// Modules that Turso's libSQL has. Their own tables (the shadow tables) are ordinary and are
// copied.
constexpr std::array<std::string_view, 7> known_modules = {"fts3",      "fts4",  "fts4aux",  "fts5",
                                                           "fts5vocab", "rtree", "rtree_i32"};
constexpr std::array<std::string_view, 6> known_tokenizers = {
    "unicode61", "ascii", "porter", "trigram", "simple", "remove_diacritics"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::ranges::end(list);
}

Failure too_large(std::string message, std::string hint) {
  return fix_input("preview_too_large", std::move(message), std::move(hint));
}

// The tokenizer that a full-text table asks for and no SQLite has by itself; "" when all is well.
std::string foreign_tokenizer(const VirtualTable& table) {
  if (!table.module.starts_with("fts")) return "";
  for (const auto& argument : table.arguments) {
    const auto tokens = tokens_of(argument);
    if (tokens.size() < 3 || !tokens[0].is("tokenize") || !tokens[1].is_symbol('=')) continue;
    const auto words = tokens_of(tokens[2].text);
    if (words.empty()) continue;
    std::string name = lower_ascii(words.front().text);
    if (!contains(known_tokenizers, name)) return name;
  }
  return "";
}

std::optional<Failure> check_virtual_table(const SchemaObject& object) {
  const auto table = parse_virtual_table(object.sql);
  if (!table) return std::nullopt;
  std::string missing;
  if (!contains(known_modules, table->module)) {
    missing = cat({"the module ", table->module});
  } else if (auto tokenizer = foreign_tokenizer(*table); !tokenizer.empty()) {
    missing = cat({"the tokenizer ", tokenizer});
  }
  if (missing.empty()) return std::nullopt;
  return fix_input("preview_module_missing",
                   cat({"The virtual table ", quoted_name(table->name), " needs ", missing,
                        ", which the new database does not have."}),
                   "You: drop the table, or keep its data in an ordinary one. Full text (fts5) and "
                   "R*Tree are there. Nothing was changed.");
}

std::optional<Failure> check_object(const SchemaObject& object, ForeignParts foreign_parts) {
  if (!is_utf8(object.name) || !is_utf8(object.sql)) {
    return fix_input("preview_name_not_text",
                     cat({"A ", object.type,
                          " of the preview database has a definition that is "
                          "not valid UTF-8 text."}),
                     "You: rename it. Nothing was changed.");
  }
  if (!agrees_with_itself(object)) {
    return corrupt_preview(cat({"the definition of the ", object.type, " ",
                                quoted_name(object.name), " is of something else"}));
  }
  if (foreign_parts == ForeignParts::leave_out) return std::nullopt;
  if (auto failure = check_virtual_table(object)) return failure;
  if (object.type != "table" && object.type != "index") return std::nullopt;
  const auto collations = foreign_collations(object.sql);
  if (collations.empty()) return std::nullopt;
  return fix_input("preview_collation_missing",
                   cat({"The ", object.type, " ", quoted_name(object.name), " needs the collation ",
                        collations.front(), ", which the new database does not have."}),
                   "You: use BINARY, NOCASE or RTRIM in its place. Nothing was changed.");
}

std::optional<Failure> check_schema(const std::vector<SchemaObject>& schema,
                                    const PreviewLimits& limits) {
  int64_t tables = 0;
  for (const auto& object : schema) {
    if (auto failure = check_object(object, limits.foreign_parts)) return failure;
    if (object.type != "table" || object.name.starts_with("sqlite_")) continue;
    ++tables;
    const auto table = parse_table(object.sql);
    if (table && table->columns.size() > preview_columns_max) {
      return too_large(cat({"The table ", quoted_name(object.name), " has ",
                            decimal(static_cast<int64_t>(table->columns.size())), " columns; ",
                            decimal(preview_columns_max), " can be carried and proved."}),
                       "You: split the table. Nothing was changed.");
    }
  }
  if (tables > fairway::limits::tables_max) {
    return too_large(cat({"The preview database has ", grouped(tables), " tables; ",
                          grouped(fairway::limits::tables_max), " can be carried."}),
                     "You: drop tables that you do not need. Nothing was changed.");
  }
  if (tables >= limits.tables_min) return std::nullopt;
  return fix_input("preview_no_tables", "The preview database has no tables.",
                   "You: let the app's preview run once so that it makes its tables, save, and try "
                   "again.");
}

Outcome<std::vector<std::string>> statistics_tables(const Connection& connection) {
  Statement rows(connection,
                 "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE "
                 "'sqlite\\_stat%' ESCAPE '\\'");
  std::vector<std::string> names;
  while (rows.step()) names.emplace_back(rows.text(0));
  if (!rows.ended()) return connection.failure(rows.result(), "reading the schema of");
  return names;
}

}  // namespace

Outcome<std::vector<SchemaObject>> read_schema_of(const Connection& connection) {
  Statement rows(connection,
                 "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL "
                 "ORDER BY rowid LIMIT 20001");
  std::vector<SchemaObject> schema;
  while (rows.step()) {
    SchemaObject object{std::string(rows.text(0)), std::string(rows.text(1)),
                        std::string(rows.text(2)), std::string(rows.text(3))};
    if (object.name.starts_with("sqlite_stat")) continue;
    schema.push_back(std::move(object));
  }
  if (!rows.ended()) return connection.failure(rows.result(), "reading the schema of");
  if (schema.size() > limits::schema_objects_max) {
    return too_large(cat({"The preview database has more than ",
                          grouped(limits::schema_objects_max), " tables, indexes and views."}),
                     "You: drop what you do not need. Nothing was changed.");
  }
  return schema;
}

namespace {

std::optional<Failure> run_check(const Connection& connection, std::string_view pragma) {
  Statement check(connection, pragma);
  while (check.step()) {
    std::string_view found = check.text(0);
    if (found == "ok") continue;
    // "*** in database main ***\n" stands before what was found.
    if (found.starts_with("***")) found.remove_prefix(std::min(found.find('\n') + 1, found.size()));
    return corrupt_preview(trim(found));
  }
  if (!check.ended()) return connection.failure(check.result(), "checking");
  return std::nullopt;
}

}  // namespace

std::optional<Failure> check_integrity(const Connection& connection) {
  return run_check(connection, "PRAGMA integrity_check(1)");
}

namespace {

// The index that a finding of the integrity check is about; "" when it is about something else.
std::string_view index_named_in(std::string_view message) {
  for (std::string_view words : {"missing from index ", "entries in index "}) {
    const size_t at = message.find(words);
    if (at == std::string_view::npos) continue;
    const std::string_view name = message.substr(at + words.size());
    return name.substr(0, name.rfind('.'));
  }
  return "";
}

// An index on expressions: "(" stands in its list of columns.
bool is_on_expressions(const std::vector<SchemaObject>& schema, std::string_view name) {
  return std::ranges::any_of(schema, [&](const SchemaObject& object) {
    if (object.type != "index" || object.name != name) return false;
    return std::ranges::count(normal_form(object.sql), '(') > 1;
  });
}

// The whole check compares indexes with their tables. Where that takes a collation or a function
// that is not to be had, or finds that another version of SQLite computes an indexed expression in
// another way (lower() of texts with NUL, dates), nothing is wrong with the rows: the check of the
// tables alone is left.
std::optional<Failure> check_preview(const Connection& connection,
                                     const std::vector<SchemaObject>& schema,
                                     ForeignParts foreign_parts) {
  auto failure = check_integrity(connection);
  if (!failure) return std::nullopt;
  const bool lacks_parts =
      failure->code == "preview_collation_missing" || failure->code == "preview_function_missing";
  const bool is_harmless = is_on_expressions(schema, index_named_in(failure->message)) ||
                           (lacks_parts && foreign_parts == ForeignParts::leave_out);
  if (!is_harmless) return failure;
  return run_check(connection, "PRAGMA quick_check(1)");
}

}  // namespace

std::optional<Failure> why_too_large(int64_t size_bytes, PreviewLimits limits) {
  if (size_bytes <= limits.bytes_max) return std::nullopt;
  return too_large(cat({"The preview database has ", grouped(size_bytes), " bytes. Up to ",
                        grouped(limits.bytes_max),
                        " can be carried: it and its converted copy must fit into the memory of "
                        "a browser's tab."}),
                   "You: delete data that the app does not need, run VACUUM, and try again. "
                   "Nothing was changed.");
}

Outcome<Preview> open_preview(std::string bytes, PreviewLimits limits) {
  return open_preview(share(std::move(bytes)), limits);
}

Outcome<Preview> open_preview(SharedBytes bytes, PreviewLimits limits) {
  const auto size = static_cast<int64_t>(bytes.bytes.size());
  if (auto failure = why_too_large(size, limits)) return *failure;
  auto header = read_preview_header(bytes.bytes.substr(0, 1'024), size);
  if (!header.ok()) return header.failure();

  auto state = std::make_unique<Preview::State>();
  state->bytes = std::move(bytes);
  state->header = *header;
  state->budget.stop = limits.stop;
  state->budget.left = limits.steps_base + limits.steps_per_byte * size;
  // No value can be longer than the file that holds it; definitions may be some times as long.
  state->length_max = std::min<int64_t>(1'000'000'000, size + (16 << 20));
  state->file = MemoryFile(state->bytes);
  // There is no -wal file to look for: let SQLite read the pages as they are.
  if (!state->file.write(18, "\x01\x01")) {
    return fix_input("preview_no_memory", "There is no memory left for the preview database.");
  }
  state->files.mount(preview_file, state->file);
  const DatabasePlace place{std::string(preview_file), state->files.name()};
  if (auto failure = state->connection.open(place, state->budget, state->length_max)) {
    return *failure;
  }
  auto schema = read_schema_of(state->connection);
  if (!schema.ok()) return schema.failure();
  if (auto failure = check_schema(*schema, limits)) return *failure;
  state->schema = std::move(*schema);
  auto statistics = statistics_tables(state->connection);
  if (!statistics.ok()) return statistics.failure();
  state->statistics = std::move(*statistics);
  if (limits.integrity == Integrity::check) {
    auto failure = check_preview(state->connection, state->schema, limits.foreign_parts);
    if (failure) return *failure;
  }
  return Preview(std::move(state));
}

std::optional<Failure> why_damaged(SharedBytes bytes, PreviewLimits limits) {
  limits.integrity = Integrity::check;
  auto preview = open_preview(std::move(bytes), limits);
  if (preview.ok()) return std::nullopt;
  return preview.failure();
}

Preview::Preview(std::unique_ptr<State> state) : state_(std::move(state)) {}
Preview::Preview(Preview&&) noexcept = default;
Preview& Preview::operator=(Preview&&) noexcept = default;
Preview::~Preview() = default;
const PreviewHeader& Preview::header() const { return state_->header; }
const std::vector<SchemaObject>& Preview::schema() const { return state_->schema; }
std::string_view Preview::bytes() const { return state_->bytes.bytes; }

}  // namespace fairway
