#include <algorithm>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/migration/schema.h"

namespace fairway {
namespace {

using Tokens = std::vector<SqlToken>;

struct Range {
  size_t begin;
  size_t end;
};

bool is_name(const SqlToken& token) {
  return token.kind == SqlToken::Kind::word || token.kind == SqlToken::Kind::quoted_name ||
         token.kind == SqlToken::Kind::text;
}

// Walks over CREATE [TEMP] <kind words> [IF NOT EXISTS] [schema .] name; the place behind the name.
std::optional<size_t> pass_head(const Tokens& tokens, std::vector<std::string_view> kind,
                                std::string& name) {
  size_t at = 0;
  const auto pass = [&](std::string_view word) {
    if (at >= tokens.size() || !tokens[at].is(word)) return false;
    ++at;
    return true;
  };
  if (!pass("create")) return std::nullopt;
  if (!pass("temp")) pass("temporary");
  for (std::string_view word : kind) {
    if (!pass(word)) return std::nullopt;
  }
  if (pass("if") && !(pass("not") && pass("exists"))) return std::nullopt;
  if (at + 2 < tokens.size() && tokens[at + 1].is_symbol('.')) at += 2;
  if (at >= tokens.size() || !is_name(tokens[at])) return std::nullopt;
  name = tokens[at].text;
  return at + 1;
}

// The end of the group whose parenthesis opens at `open`: the place of the closing one.
std::optional<size_t> closing(const Tokens& tokens, size_t open) {
  int depth = 0;
  for (size_t at = open; at < tokens.size(); ++at) {
    if (tokens[at].is_symbol('(')) ++depth;
    if (tokens[at].is_symbol(')') && --depth == 0) return at;
  }
  return std::nullopt;
}

std::vector<Range> split_at_commas(const Tokens& tokens, Range range) {
  std::vector<Range> parts;
  int depth = 0;
  size_t begin = range.begin;
  for (size_t at = range.begin; at < range.end; ++at) {
    if (tokens[at].is_symbol('(')) ++depth;
    if (tokens[at].is_symbol(')')) --depth;
    if (depth == 0 && tokens[at].is_symbol(',')) {
      parts.push_back({begin, at});
      begin = at + 1;
    }
  }
  parts.push_back({begin, range.end});
  return parts;
}

bool starts_any(const SqlToken& token, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

bool starts_table_constraint(const SqlToken& token) {
  return starts_any(token, {"constraint", "primary", "unique", "check", "foreign"});
}

bool starts_column_constraint(const SqlToken& token) {
  return starts_any(token, {"constraint", "primary", "not", "null", "unique", "check", "default",
                            "collate", "references", "generated", "as"});
}

std::string source_text(std::string_view sql, const Tokens& tokens, Range range) {
  if (range.begin >= range.end) return "";
  const size_t begin = tokens[range.begin].begin;
  return std::string(sql.substr(begin, tokens[range.end - 1].end - begin));
}

ColumnDefinition::Default default_kind(const SqlToken& token) {
  using Default = ColumnDefinition::Default;
  if (token.is("null")) return Default::null;
  const bool computed = token.is_symbol('(') ||
                        starts_any(token, {"current_time", "current_date", "current_timestamp"});
  return computed ? Default::computed : Default::constant;
}

// Reads the words of one column constraint that stands outside of parentheses.
void read_constraint(const Tokens& tokens, size_t at, Range range, ColumnDefinition& column) {
  const SqlToken& token = tokens[at];
  const SqlToken* next = at + 1 < range.end ? &tokens[at + 1] : nullptr;
  if (token.is("primary")) column.primary_key = true;
  if (token.is("unique")) column.unique = true;
  if (token.is("references")) column.references = true;
  if (token.is("not") && next != nullptr && next->is("null")) column.not_null = true;
  if (token.is("default") && next != nullptr) column.otherwise = default_kind(*next);
  if (token.is("as") && next != nullptr && next->is_symbol('(')) {
    if (column.generated == Generated::no) column.generated = Generated::computed;
  }
  if (token.is("stored") && column.generated == Generated::computed) {
    column.generated = Generated::stored;
  }
}

ColumnDefinition parse_column(std::string_view sql, const Tokens& tokens, Range range) {
  ColumnDefinition column;
  column.name = tokens[range.begin].text;
  column.text = source_text(sql, tokens, range);
  size_t at = range.begin + 1;
  const size_t type_begin = at;
  while (at < range.end && !starts_column_constraint(tokens[at])) ++at;
  column.type = source_text(sql, tokens, {type_begin, at});
  column.constraints = normal_form(tokens, at, range.end);
  int depth = 0;
  for (; at < range.end; ++at) {
    if (tokens[at].is_symbol(')')) --depth;
    if (depth == 0) read_constraint(tokens, at, range, column);
    if (tokens[at].is_symbol('(')) ++depth;
  }
  return column;
}

// The columns named in PRIMARY KEY (...) of a table constraint.
std::vector<std::string> primary_key_columns(const Tokens& tokens, Range range) {
  for (size_t at = range.begin; at + 2 < range.end; ++at) {
    if (!tokens[at].is("primary") || !tokens[at + 1].is("key") || !tokens[at + 2].is_symbol('(')) {
      continue;
    }
    const auto end = closing(tokens, at + 2);
    if (!end) return {};
    std::vector<std::string> names;
    for (Range part : split_at_commas(tokens, {at + 3, *end})) {
      if (part.begin < part.end) names.push_back(tokens[part.begin].text);
    }
    return names;
  }
  return {};
}

bool read_options(const Tokens& tokens, size_t at, TableDefinition& table) {
  for (; at < tokens.size(); ++at) {
    if (tokens[at].is("without"))
      table.without_rowid = true;
    else if (tokens[at].is("strict"))
      table.strict = true;
    else if (!tokens[at].is("rowid") && !tokens[at].is_symbol(',') && !tokens[at].is_symbol(';')) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<TableDefinition> parse_table(std::string_view sql) {
  const Tokens tokens = tokens_of(sql);
  TableDefinition table;
  const auto open = pass_head(tokens, {"table"}, table.name);
  if (!open || *open >= tokens.size() || !tokens[*open].is_symbol('(')) return std::nullopt;
  const auto close = closing(tokens, *open);
  if (!close) return std::nullopt;
  for (Range range : split_at_commas(tokens, {*open + 1, *close})) {
    if (range.begin >= range.end) return std::nullopt;
    if (starts_table_constraint(tokens[range.begin])) {
      table.constraints.push_back(normal_form(tokens, range.begin, range.end));
      auto key = primary_key_columns(tokens, range);
      if (!key.empty()) table.primary_key = std::move(key);
      continue;
    }
    if (!is_name(tokens[range.begin])) return std::nullopt;
    table.columns.push_back(parse_column(sql, tokens, range));
    if (table.columns.back().primary_key) table.primary_key = {table.columns.back().name};
  }
  if (table.columns.empty() || !read_options(tokens, *close + 1, table)) return std::nullopt;
  std::ranges::sort(table.constraints);
  table.collated = std::ranges::any_of(tokens, [](const SqlToken& t) { return t.is("collate"); });
  return table;
}

std::optional<VirtualTable> parse_virtual_table(std::string_view sql) {
  const Tokens tokens = tokens_of(sql);
  VirtualTable table;
  const auto at = pass_head(tokens, {"virtual", "table"}, table.name);
  if (!at || *at + 1 >= tokens.size() || !tokens[*at].is("using")) return std::nullopt;
  table.module = lower_ascii(tokens[*at + 1].text);
  const size_t open = *at + 2;
  if (open >= tokens.size() || !tokens[open].is_symbol('(')) return table;
  const auto close = closing(tokens, open);
  if (!close) return std::nullopt;
  for (Range range : split_at_commas(tokens, {open + 1, *close})) {
    table.arguments.push_back(source_text(sql, tokens, range));
  }
  return table;
}

RowKey row_key_of(const TableDefinition& table) {
  RowKey key;
  key.collated = table.collated;
  if (table.without_rowid) {
    key.kind = RowKey::Kind::primary_key;
    for (const auto& name : table.primary_key) {
      const bool repeated = std::ranges::any_of(
          key.columns, [&](const std::string& seen) { return same_name(seen, name); });
      if (!repeated) key.columns.push_back(name);
    }
    return key;
  }
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    const bool hidden = std::ranges::any_of(table.columns, [&](const ColumnDefinition& column) {
      return same_name(column.name, name);
    });
    if (hidden) continue;
    key.rowid_name = name;
    return key;
  }
  key.kind = RowKey::Kind::position;
  return key;
}

bool agrees_with_itself(const SchemaObject& object) {
  const Tokens tokens = tokens_of(object.sql);
  std::string name;
  std::optional<size_t> at;
  if (object.type == "table") {
    at = pass_head(tokens, {"table"}, name);
    if (!at) at = pass_head(tokens, {"virtual", "table"}, name);
  } else if (object.type == "index") {
    at = pass_head(tokens, {"index"}, name);
    if (!at) at = pass_head(tokens, {"unique", "index"}, name);
  } else if (object.type == "view" || object.type == "trigger") {
    at = pass_head(tokens, {object.type}, name);
  }
  if (!at || name != object.name) return false;
  if (object.type == "table" || object.type == "view") return same_name(object.table, name);
  for (size_t i = *at; i + 1 < tokens.size(); ++i) {
    if (tokens[i].is("on")) return same_name(tokens[i + 1].text, object.table);
  }
  return false;
}

void to_json(Json& json, const SchemaObject& object) {
  json = {
      {"type", object.type}, {"name", object.name}, {"table", object.table}, {"sql", object.sql}};
}

Outcome<std::vector<SchemaObject>> read_schema(const Json& json) {
  std::vector<SchemaObject> schema;
  const Json wrapped = {{"schema", json}};
  Fields fields(wrapped);
  for (Fields& item : fields.objects("schema", limits::schema_objects_max)) {
    schema.push_back({item.text("type"), item.text("name", {.size_max = 4'096}),
                      item.text("table", {.size_max = 4'096}),
                      item.text("sql", {.size_max = 1 << 20})});
    fields.adopt(item);
  }
  if (auto failure = fields.failure()) return *failure;
  return schema;
}

}  // namespace fairway
