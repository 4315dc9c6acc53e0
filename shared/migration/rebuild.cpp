#include "shared/migration/rebuild.h"

#include <algorithm>

#include "shared/base/text.h"

namespace fairway {
namespace {

const ColumnDefinition* find_column(const TableDefinition& table, std::string_view name) {
  const auto found = std::ranges::find_if(
      table.columns, [&](const ColumnDefinition& column) { return same_name(column.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

// The column that is another name of the row's number; "" where there is none.
std::string rowid_alias(const TableDefinition& table) {
  if (table.without_rowid || table.primary_key.size() != 1) return "";
  const ColumnDefinition* column = find_column(table, table.primary_key.front());
  const bool is_alias = column != nullptr && lower_ascii(column->type) == "integer";
  return is_alias ? column->name : "";
}

bool counts_by_itself(std::string_view sql) {
  return std::ranges::any_of(tokens_of(sql),
                             [](const SqlToken& token) { return token.is("autoincrement"); });
}

enum class Affinity { integer, text, blob, real, numeric };

// SQLite's own rules, in their order.
Affinity affinity_of(std::string_view type) {
  const std::string lower = lower_ascii(type);
  const auto has = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  if (has("int")) return Affinity::integer;
  if (has("char") || has("clob") || has("text")) return Affinity::text;
  if (lower.empty() || has("blob") || lower == "any") return Affinity::blob;
  if (has("real") || has("floa") || has("doub")) return Affinity::real;
  return Affinity::numeric;
}

std::string empty_value(std::string_view type) {
  switch (affinity_of(type)) {
    case Affinity::text:
      return "''";
    case Affinity::blob:
      return lower_ascii(type) == "blob" ? "x''" : "''";
    case Affinity::integer:
    case Affinity::real:
    case Affinity::numeric:
      break;
  }
  return "0";
}

// What stands behind DEFAULT, as written; "" for none.
std::string default_text(const ColumnDefinition& column) {
  const auto tokens = tokens_of(column.text);
  int depth = 0;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].is_symbol('(')) ++depth;
    if (tokens[i].is_symbol(')')) --depth;
    if (depth > 0 || !tokens[i].is("default")) continue;
    size_t end = i + 1;
    if (tokens[end].is_symbol('(')) {
      int inside = 0;
      for (; end < tokens.size(); ++end) {
        if (tokens[end].is_symbol('(')) ++inside;
        if (tokens[end].is_symbol(')') && --inside == 0) break;
      }
      if (end == tokens.size()) return "";
    } else if (tokens[end].is_symbol('-') || tokens[end].is_symbol('+')) {
      if (++end == tokens.size()) return "";
    } else if (tokens[end].kind == SqlToken::Kind::quoted_name) {
      return quoted_text(tokens[end].text);  // SQLite reads a name as a text here
    }
    return column.text.substr(tokens[i + 1].begin, tokens[end].end - tokens[i + 1].begin);
  }
  return "";
}

// How rows are found again on the other side of a rebuild.
struct RowMatch {
  bool by_number = false;
  std::vector<std::string> columns;  // else
  bool is_known() const { return by_number || !columns.empty(); }
};

RowMatch match_of(const TableDefinition& now, const TableDefinition& then) {
  const bool both_numbered =
      row_key_of(now).kind == RowKey::Kind::rowid && row_key_of(then).kind == RowKey::Kind::rowid;
  const std::string alias = rowid_alias(then);
  const bool keeps_numbers =
      alias.empty() || find_column(now, alias) == nullptr || same_name(alias, rowid_alias(now));
  if (both_numbered && keeps_numbers) return {true, {}};
  RowMatch match;
  for (const auto& name : now.primary_key) {
    const ColumnDefinition* column = find_column(then, name);
    if (column == nullptr || column->generated != Generated::no) return {};
    match.columns.push_back(name);
  }
  return match;
}

class Rebuild {
 public:
  Rebuild(const TableOnBothSides& table, TableDefinition now, TableDefinition then, RowMatch match)
      : table_(table), now_(std::move(now)), then_(std::move(then)), match_(std::move(match)) {
    std::string name = "_fairway_key";
    while (find_column(now_, name) != nullptr || find_column(then_, name) != nullptr) name += "_";
    key_ = quoted_name(name);
  }

  TableRebuild make() {
    keep_rows();
    run(cat({"DROP TABLE ", quoted_name(table_.there.name)}));
    if (table_.wanted != nullptr) {
      run(table_.wanted->sql);
      fill();
      go_on_counting(table_.wanted->name, then_, made_.statements);
    }
    make_objects();
    restore();
    return std::move(made_);
  }

 private:
  void run(std::string sql) { made_.statements.push_back(std::move(sql)); }
  void run_back(std::string sql) { made_.restore_tables.push_back(std::move(sql)); }

  std::string counter() const { return cat({table_.kept, "_counter"}); }
  bool counted() const { return counts_by_itself(table_.there.sql); }

  // A table's own columns that hold something.
  static std::vector<std::string> stored(const TableDefinition& table) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) {
      if (column.generated == Generated::no) names.push_back(quoted_name(column.name));
    }
    return names;
  }

  std::string copy_of(const TableDefinition& table, const std::vector<std::string>& columns) const {
    std::vector<std::string> parts = columns;
    if (match_.by_number) {
      parts.insert(parts.begin(), cat({row_key_of(table).rowid_name, " AS ", key_}));
    }
    return cat({"SELECT ", join(parts, ", "), " FROM ", quoted_name(table.name)});
  }

  void keep_rows() {
    run(cat({"CREATE TABLE ", quoted_name(table_.kept), " AS ", copy_of(now_, stored(now_))}));
    made_.kept_tables.push_back(table_.kept);
    if (!counted()) return;
    run(cat({"CREATE TABLE ", quoted_name(counter()), " AS SELECT seq FROM sqlite_sequence WHERE ",
             "name = ", quoted_text(table_.there.name)}));
    made_.kept_tables.push_back(counter());
  }

  // Numbers that were given once are not given again, though their rows are gone.
  void go_on_counting(const std::string& name, const TableDefinition& table,
                      std::vector<std::string>& statements) {
    const bool counts = &table == &now_ ? counted() : counts_by_itself(table_.wanted->sql);
    if (!counted() || !counts) return;
    const std::string kept = quoted_name(counter());
    const std::string text = quoted_text(name);
    statements.push_back(
        cat({"UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(seq) ", "FROM ", kept,
             "), 0)) WHERE name = ", text}));
    statements.push_back(
        cat({"INSERT INTO sqlite_sequence(name, seq) SELECT ", text, ", seq FROM ", kept,
             " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ", text, ")"}));
  }

  // What a row has in a column of the new table; "" where that fills itself.
  std::string value_of(const ColumnDefinition& column) const {
    if (column.generated != Generated::no) return "";
    const ColumnDefinition* old = find_column(now_, column.name);
    const bool is_alias = same_name(column.name, rowid_alias(then_));
    if (old == nullptr) {
      using Default = ColumnDefinition::Default;
      const bool fills_itself = column.otherwise == Default::constant ||
                                column.otherwise == Default::computed || !column.not_null ||
                                is_alias;
      return fills_itself ? "" : filling_of(column);
    }
    const std::string name = quoted_name(old->name);
    const bool may_be_null = column.not_null && !old->not_null && !is_alias;
    return may_be_null ? cat({"coalesce(", name, ", ", filling_of(column), ")"}) : name;
  }

  void fill() {
    std::vector<std::string> names;
    std::vector<std::string> values;
    if (match_.by_number) {
      names.push_back(row_key_of(then_).rowid_name);
      values.push_back(key_);
    }
    for (const auto& column : then_.columns) {
      std::string value = value_of(column);
      if (value.empty()) continue;
      names.push_back(quoted_name(column.name));
      values.push_back(std::move(value));
    }
    if (names.empty()) return;
    run(cat({"INSERT INTO ", quoted_name(then_.name), "(", join(names, ", "), ") SELECT ",
             join(values, ", "), " FROM ", quoted_name(table_.kept)}));
  }

  bool names_a_lost_column(const SchemaObject& object) const {
    return std::ranges::any_of(tokens_of(object.sql), [&](const SqlToken& token) {
      const bool is_name =
          token.kind == SqlToken::Kind::word || token.kind == SqlToken::Kind::quoted_name;
      return is_name && find_column(now_, token.text) != nullptr &&
             find_column(then_, token.text) == nullptr;
    });
  }

  // Indexes and triggers go with the table.
  void make_objects() {
    for (const auto& object : table_.production) {
      const bool stands_on_it = (object.type == "index" || object.type == "trigger") &&
                                same_name(object.table, table_.there.name) && !object.sql.empty();
      if (!stands_on_it) continue;
      made_.restore_objects.push_back(object.sql);
      const auto is_it = [&](std::string_view name) { return same_name(name, object.name); };
      const bool is_lost = table_.wanted == nullptr || std::ranges::any_of(table_.gone, is_it) ||
                           (object.type == "index" && names_a_lost_column(object));
      if (is_lost) {
        made_.gone.push_back(object.name);
      } else {
        run(object.sql);
      }
    }
  }

  // What a row of today has in a column of the old table: rows may have been written meanwhile.
  std::string value_back(const ColumnDefinition& column) const {
    const std::string name = quoted_name(column.name);
    const bool is_number = match_.by_number && same_name(column.name, rowid_alias(now_));
    if (is_number) return cat({"n.", key_});
    const std::string old = cat({"k.", name});
    const ColumnDefinition* today = find_column(then_, column.name);
    if (today != nullptr && today->generated == Generated::no) {
      // Equal but for its type, or for what NULL became: as it was.
      const std::string now = cat({"n.", name});
      const bool was_filled = today->not_null && !column.not_null;
      const std::string then =
          was_filled ? cat({"coalesce(", old, ", ", filling_of(*today), ")"}) : old;
      return cat({"CASE WHEN ", now, " IS ", then, " THEN ", old, " ELSE ", now, " END"});
    }
    const bool needs_one = column.not_null;
    return needs_one ? cat({"coalesce(", old, ", ", filling_of(column), ")"}) : old;
  }

  std::string join_back() const {
    if (match_.by_number) return cat({"k.", key_, " = n.", key_});
    std::vector<std::string> parts;
    for (const auto& name : match_.columns) {
      parts.push_back(cat({"k.", quoted_name(name), " IS n.", quoted_name(name)}));
    }
    return join(parts, " AND ");
  }

  void restore() {
    const std::string today = quoted_name(cat({table_.kept, "_today"}));
    const std::string kept = quoted_name(table_.kept);
    if (table_.wanted != nullptr) {
      run_back(cat({"CREATE TABLE ", today, " AS ", copy_of(then_, stored(then_))}));
      run_back(cat({"DROP TABLE ", quoted_name(table_.wanted->name)}));
    }
    run_back(table_.there.sql);
    std::vector<std::string> names;
    std::vector<std::string> values;
    const std::string_view from = table_.wanted != nullptr ? "n." : "k.";
    if (match_.by_number) {
      names.push_back(row_key_of(now_).rowid_name);
      values.push_back(cat({from, key_}));
    }
    for (const auto& column : now_.columns) {
      if (column.generated != Generated::no) continue;
      names.push_back(quoted_name(column.name));
      values.push_back(table_.wanted != nullptr ? value_back(column)
                                                : cat({"k.", quoted_name(column.name)}));
    }
    const std::string source =
        table_.wanted != nullptr ? cat({today, " AS n LEFT JOIN ", kept, " AS k ON ", join_back()})
                                 : cat({kept, " AS k"});
    run_back(cat({"INSERT INTO ", quoted_name(now_.name), "(", join(names, ", "), ") SELECT ",
                  join(values, ", "), " FROM ", source}));
    go_on_counting(table_.there.name, now_, made_.restore_tables);
    if (table_.wanted != nullptr) run_back(cat({"DROP TABLE ", today}));
    for (const auto& name : made_.kept_tables) made_.drop_kept.push_back(drop_kept_sql(name));
  }

  const TableOnBothSides& table_;
  TableDefinition now_;
  TableDefinition then_;
  RowMatch match_;
  std::string key_;  // the column that keeps row numbers, quoted; unlike any of the table's own
  TableRebuild made_;
};

}  // namespace

bool has_same_affinity(std::string_view one, std::string_view other) {
  return affinity_of(one) == affinity_of(other);
}

std::string filling_of(const ColumnDefinition& column) {
  using Default = ColumnDefinition::Default;
  const bool has_default =
      column.otherwise == Default::constant || column.otherwise == Default::computed;
  std::string text = has_default ? default_text(column) : "";
  return text.empty() ? empty_value(column.type) : text;
}

std::string look_for_kept_sql(std::string_view kept) {
  return cat({"SELECT 1 FROM sqlite_schema WHERE name = ", quoted_text(kept)});
}

std::string drop_kept_sql(std::string_view kept) {
  return cat({"DROP TABLE IF EXISTS ", quoted_name(kept)});
}

TableRebuild rebuild_table(const TableOnBothSides& table) {
  TableRebuild refused;
  auto now = parse_table(table.there.sql);
  auto then = table.wanted == nullptr ? now : parse_table(table.wanted->sql);
  if (!now || !then) {
    refused.refused = cat({"The table ", quoted_name(table.there.name),
                           " has another definition than in production."});
    return refused;
  }
  RowMatch match = match_of(*now, *then);
  const bool needs_match = table.wanted != nullptr;
  if (needs_match && !match.is_known()) {
    refused.refused = cat({"The table ", quoted_name(table.there.name),
                           " has another key than in production, and nothing that tells its rows "
                           "apart on both sides."});
    return refused;
  }
  return Rebuild(table, std::move(*now), std::move(*then), std::move(match)).make();
}

}  // namespace fairway
