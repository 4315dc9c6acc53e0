#include "cli/libsql_target.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "shared/base/text.h"
#include "shared/migration/difference.h"
#include "shared/migration/load.h"
#include "shared/migration/target.h"

namespace fairway::cli {
namespace {

std::string token_of_environment() {
  for (const char* name : {"TURSO_AUTH_TOKEN", "LIBSQL_AUTH_TOKEN"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

struct Parameters {
  std::string token;
  bool is_plain = false;  // tls=0
};

Outcome<Parameters> parameters_of(std::string_view query) {
  Parameters parameters;
  for (std::string_view pair : split(query, '&')) {
    const size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    if (name == "authToken" && equals != std::string_view::npos) {
      parameters.token = url_decode(pair.substr(equals + 1)).value_or("");
    } else if (pair == "tls=0") {
      parameters.is_plain = true;
    } else if (!pair.empty() && pair != "tls=1") {
      return fix_input("invalid_target", cat({"The target has a parameter ", name,
                                              " that is not known here; authToken and tls are."}));
    }
  }
  return parameters;
}

std::string definition_of(const std::vector<SchemaObject>& schema, std::string_view name) {
  for (const auto& object : schema) {
    if (object.type == "table" && same_name(object.name, name)) return object.sql;
  }
  return "";
}

Task<Done> run_all(Host& host, DatabaseAccess access, std::vector<std::string> texts) {
  if (texts.empty()) co_return Done{};
  co_return co_await run_transaction(host, std::move(access), std::string(foreign_keys_off_sql),
                                     std::move(texts));
}

// The rows of one new table.
std::optional<Failure> load_table(NativeHost& native, const DatabaseAccess& access,
                                  Preview& preview, const TableReading& table,
                                  const std::string& load_id, const LibsqlWork& work) {
  const std::string key = "batch";
  int64_t rows = 0;
  auto take = [&](InsertBatch batch) -> std::optional<Failure> {
    rows += batch.rows;
    (void)native.run(native.blobs.write(key, std::move(batch.body)));
    auto answer = native.run(send_pipeline_blob(native.host, access, key));
    if (!answer.ok()) return answer.failure();
    auto loaded = read_load_answer(*answer);
    if (!loaded.ok()) return loaded.failure();
    if (work.loaded) work.loaded(table.sum.name, rows);
    return std::nullopt;
  };
  return write_insert_batches(preview, table, load_id, take);
}

Outcome<TableSum> read_back(NativeHost& native, const DatabaseAccess& access,
                            const TableSum& source, const std::string& create_sql,
                            const LibsqlWork& work) {
  auto made = TableReader::make(source, create_sql);
  if (!made.ok()) return made.failure();
  TableReader reader = std::move(*made);
  while (!reader.done()) {
    auto next = native.run(read_page(native.host, access, std::move(reader)));
    if (!next.ok()) return next.failure();
    reader = std::move(*next);
    if (work.verified) work.verified(source.name, reader.rows_done());
  }
  return TableSum(reader.sum());
}

Outcome<MigrationReport> compare(NativeHost& native, const DatabaseAccess& access,
                                 const std::vector<TableSum>& source,
                                 const std::vector<SchemaObject>& source_schema,
                                 const std::vector<SchemaObject>& target_schema,
                                 const std::string& snapshot_sha256, const LibsqlWork& work) {
  std::vector<TableSum> target;
  for (const auto& table : source) {
    const std::string sql = definition_of(target_schema, table.name);
    if (sql.empty() && !is_internal_name(table.name)) continue;  // the report says it is missing
    auto sum = read_back(native, access, table, sql, work);
    if (!sum.ok()) return sum.failure();
    target.push_back(std::move(*sum));
  }
  auto report = compare_sides(source, target, source_schema, target_schema);
  report.snapshot_sha256 = snapshot_sha256;
  report.content_sha256 = sha256_hex(report_content(report));
  return report;
}

std::vector<TableSum> sums_of(Preview& preview, const Inspection& inspection) {
  std::vector<TableSum> sums;
  for (const auto& table : inspection.tables) sums.push_back(sum_with_computed(preview, table));
  return sums;
}

// What this run has carried: new tables only, unless everything was new.
struct Carried {
  std::vector<TableSum> sums;
  std::vector<SchemaObject> source_schema;
  std::vector<SchemaObject> target_schema;
};

Carried carried_of(Preview& preview, const Inspection& inspection,
                   std::vector<SchemaObject> target_schema,
                   const std::vector<std::string>& new_tables, bool is_empty_target) {
  Carried carried{sums_of(preview, inspection), preview.schema(), std::move(target_schema)};
  if (is_empty_target) return carried;
  auto is_new = [&](std::string_view name) {
    return std::ranges::any_of(new_tables, [&](const auto& one) { return same_name(one, name); });
  };
  std::erase_if(carried.sums, [&](const TableSum& sum) { return !is_new(sum.name); });
  auto is_other = [&](const SchemaObject& object) {
    return object.type != "table" || !is_new(object.name);
  };
  std::erase_if(carried.source_schema, is_other);
  std::erase_if(carried.target_schema, is_other);
  return carried;
}

using ForTable = std::function<std::optional<Failure>(const TableReading& table)>;

std::optional<Failure> for_each_new(const Inspection& inspection,
                                    const std::vector<std::string>& new_tables,
                                    const ForTable& act) {
  for (const auto& name : new_tables) {
    const auto found = std::ranges::find_if(inspection.tables, [&](const TableReading& table) {
      return same_name(table.sum.name, name);
    });
    if (found == inspection.tables.end()) continue;
    if (auto failure = act(*found)) return failure;
  }
  return std::nullopt;
}

// A row that no request can hold is found before anything is made over there. A file has to be of
// some size to hold one: a cell takes at most six times its bytes on the wire.
std::optional<Failure> refuse_large_rows(Preview& preview, const Inspection& inspection,
                                         const std::vector<std::string>& new_tables) {
  if (static_cast<int64_t>(preview.bytes().size()) < limits::part_bytes_max / 6) {
    return std::nullopt;
  }
  return for_each_new(inspection, new_tables, [&](const TableReading& table) {
    return write_insert_batches(preview, table, "",
                                [](const InsertBatch&) { return std::nullopt; });
  });
}

// --- What a load leaves in the marker table while it is under way
// ---------------------------------

constexpr std::string_view load_mark = "load ";
constexpr std::string_view table_mark = "table ";
constexpr std::string_view first_mark = "first";

struct Marks {
  std::string load_id;  // "": nothing is under way
  std::vector<std::string> new_tables;
  bool is_first = false;  // the database was empty
};

Outcome<Marks> read_marks(NativeHost& native, const DatabaseAccess& access) {
  auto there = native.run(run_statement(
      native.host, access,
      {cat({"SELECT 1 FROM sqlite_schema WHERE name=", quoted_text(loads_table)}), {}}));
  if (!there.ok()) return there.failure();
  Marks marks;
  if (there->rows.empty()) return marks;
  auto keys = native.run(
      run_statement(native.host, access,
                    {cat({"SELECT key FROM ", quoted_name(loads_table),
                          " WHERE key = 'first' OR key LIKE 'load %' OR key LIKE 'table %'"}),
                     {}}));
  if (!keys.ok()) return keys.failure();
  for (const auto& row : keys->rows) {
    const auto* key = row.empty() ? nullptr : std::get_if<std::string>(&row[0]);
    if (key == nullptr) continue;
    if (*key == first_mark) marks.is_first = true;
    if (key->starts_with(load_mark)) marks.load_id = key->substr(load_mark.size());
    if (key->starts_with(table_mark)) marks.new_tables.push_back(key->substr(table_mark.size()));
  }
  return marks;
}

Failure other_load() {
  return fix_input("other_load_unfinished",
                   "A migration of another state of the file into this database broke off, and its "
                   "rows are partly there.",
                   cat({"You: run it again with the file as it was then, or empty the database; "
                        "the table ",
                        loads_table, " remembers what has arrived. Nothing was changed."}));
}

// Marks and tables appear together, so whoever finds tables without marks knows they are complete.
Task<Done> begin_load(Host& host, DatabaseAccess access, Marks marks,
                      std::vector<std::string> statements) {
  const std::string loads = quoted_name(loads_table);
  std::vector<std::string> all = {
      cat({"CREATE TABLE IF NOT EXISTS ", loads, "(key TEXT PRIMARY KEY) WITHOUT ROWID"})};
  std::vector<std::string> keys = {cat({load_mark, marks.load_id})};
  if (marks.is_first) keys.emplace_back(first_mark);
  for (const auto& table : marks.new_tables) keys.push_back(cat({table_mark, table}));
  for (const auto& key : keys) {
    all.push_back(cat({"INSERT OR IGNORE INTO ", loads, " VALUES(", quoted_text(key), ")"}));
  }
  for (auto& statement : statements) all.push_back(std::move(statement));
  co_return co_await run_all(host, std::move(access), std::move(all));
}

// What a file says of itself and no statement can set over there.
void add_settings(const PreviewHeader& header, std::vector<std::string>& statements) {
  if (header.user_version == 0 && header.application_id == 0) return;
  statements.emplace_back(
      "CREATE TABLE IF NOT EXISTS \"_fairway_settings\"(name TEXT PRIMARY KEY, value INTEGER) "
      "WITHOUT ROWID");
  statements.push_back(cat(
      {"INSERT OR REPLACE INTO \"_fairway_settings\" VALUES"
       "('user_version',",
       decimal(header.user_version), "),('application_id',", decimal(header.application_id), ")"}));
}

// Each loss with the rows that it concerns; or why these cannot be counted.
Failure waiting_failure(NativeHost& native, const DatabaseAccess& access,
                        const std::vector<SchemaLoss>& losses) {
  std::vector<std::string> words;
  for (const auto& loss : losses) {
    auto counted_rows = native.run(run_statement(native.host, access, {loss.count_sql, {}}));
    if (!counted_rows.ok()) return counted_rows.failure();
    const auto& rows = counted_rows->rows;
    const int64_t* count =
        rows.empty() || rows[0].empty() ? nullptr : std::get_if<int64_t>(&rows[0][0]);
    words.push_back(
        cat({loss.words, " (", counted(count == nullptr ? 0 : *count, "row", "rows"), ")"}));
  }
  return fix_input("schema_change_waits",
                   cat({counted(static_cast<int64_t>(losses.size()), "change", "changes"),
                        " would lose something in production. ", join(words, " ")}),
                   "You: run it again with --yes to have them made, or change the preview. Nothing "
                   "was changed.");
}

// The statements up to the rows, without what they put aside for taking them back: here they are
// one transaction, which is whole or not at all.
std::vector<std::string> statements_before_rows(const SchemaDifference& difference) {
  std::vector<std::string> statements(
      difference.statements.begin(),
      difference.statements.begin() + static_cast<ptrdiff_t>(difference.before_rows));
  for (const auto& name : difference.kept_tables) {
    statements.push_back(drop_kept_sql(name));
  }
  return statements;
}

// Takes up a load that broke off, or begins one. Nothing is under way when the schemas are equal.
Outcome<Marks> find_or_begin(NativeHost& native, const DatabaseAccess& access, Preview& preview,
                             const Inspection& inspection, const std::string& load_id,
                             const LibsqlWork& work, LibsqlResult& result) {
  auto marks = read_marks(native, access);
  if (!marks.ok()) return marks.failure();
  if (!marks->load_id.empty()) {
    if (marks->load_id != load_id) return other_load();
    return marks;
  }
  auto production = native.run(read_target_schema(native.host, access));
  if (!production.ok()) return production.failure();
  auto difference = schema_difference(*production, preview.schema());
  const std::string all = digest_of(difference.losses);
  if (auto refusal = refusal_of(difference, all)) return *refusal;
  if (!difference.losses.empty() && work.losses == LibsqlWork::Losses::told) {
    return waiting_failure(native, access, difference.losses);
  }
  result.kept = difference.kept;
  result.statements = difference.statements;
  if (difference.identical()) return marks;
  if (auto failure = refuse_large_rows(preview, inspection, difference.new_tables)) return *failure;
  Marks begun{load_id, difference.new_tables, production->empty()};
  auto statements = statements_before_rows(difference);
  if (begun.is_first) add_settings(preview.header(), statements);
  auto made = native.run(begin_load(native.host, access, begun, std::move(statements)));
  if (!made.ok()) return made.failure();
  return begun;
}

// Indexes, views, triggers: what the schemas still differ by once the rows are there.
std::optional<Failure> end_load(NativeHost& native, const DatabaseAccess& access,
                                const Preview& preview) {
  auto production = native.run(read_target_schema(native.host, access));
  if (!production.ok()) return production.failure();
  auto difference = schema_difference(*production, preview.schema());
  if (auto refusal = refusal_of(difference, "")) return *refusal;
  auto made = native.run(run_all(native.host, access, std::move(difference.statements)));
  if (!made.ok()) return made.failure();
  return std::nullopt;
}

}  // namespace

Outcome<DatabaseAccess> libsql_access_of(const std::string& url) {
  std::string_view rest = url;
  const size_t question = rest.find('?');
  auto parameters = parameters_of(question == std::string_view::npos ? std::string_view()
                                                                     : rest.substr(question + 1));
  if (!parameters.ok()) return parameters.failure();
  rest = rest.substr(0, question);
  std::string scheme;
  for (std::string_view known : {"libsql://", "https://", "http://"}) {
    if (rest.starts_with(known)) scheme = known;
  }
  rest.remove_prefix(scheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (scheme.empty() || rest.empty()) {
    return fix_input("invalid_target", cat({"\"", url, "\" is no address of a libSQL database."}),
                     "You: write libsql://HOST, https://HOST or http://HOST:PORT.");
  }
  if (scheme == "libsql://") scheme = parameters->is_plain ? "http://" : "https://";
  const std::string token = parameters->token.empty() ? token_of_environment() : parameters->token;
  return DatabaseAccess{cat({scheme, rest}), token};
}

Outcome<MigrationReport> verify_libsql(NativeHost& native, DatabaseAccess access, Preview& preview,
                                       const Inspection& inspection,
                                       const std::string& snapshot_sha256, const LibsqlWork& work) {
  auto schema = native.run(read_target_schema(native.host, access));
  if (!schema.ok()) return schema.failure();
  return compare(native, access, sums_of(preview, inspection), preview.schema(), *schema,
                 snapshot_sha256, work);
}

Outcome<LibsqlResult> migrate_to_libsql(NativeHost& native, DatabaseAccess access, Preview& preview,
                                        const Inspection& inspection,
                                        const std::string& snapshot_sha256,
                                        const LibsqlWork& work) {
  LibsqlResult result;
  auto marks = find_or_begin(native, access, preview, inspection, snapshot_sha256, work, result);
  if (!marks.ok()) return marks.failure();
  result.new_tables = marks->new_tables;
  const bool is_under_way = !marks->load_id.empty();
  if (is_under_way) {
    auto failure = for_each_new(inspection, marks->new_tables, [&](const TableReading& table) {
      return load_table(native, access, preview, table, snapshot_sha256, work);
    });
    if (!failure) failure = end_load(native, access, preview);
    if (failure) return *failure;
  }
  auto schema = native.run(read_target_schema(native.host, access));
  if (!schema.ok()) return schema.failure();
  const bool is_all = marks->is_first || !is_under_way;
  const Carried carried =
      carried_of(preview, inspection, std::move(*schema), marks->new_tables, is_all);
  auto report = compare(native, access, carried.sums, carried.source_schema, carried.target_schema,
                        snapshot_sha256, work);
  if (!report.ok()) return report.failure();
  result.report = std::move(*report);
  result.is_redeployment = !marks->is_first;
  auto finished =
      native.run(run_statement(native.host, access, {std::string(finish_loads_sql), {}}));
  if (!finished.ok()) return finished.failure();
  return result;
}

}  // namespace fairway::cli
