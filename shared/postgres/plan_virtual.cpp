#include "shared/postgres/plan_virtual.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/ddl.h"

// Virtual tables: full text becomes an ordinary table with a search column, an R*Tree an ordinary
// table, anything else is reported.
namespace fairway::postgres {
namespace {

constexpr std::array<std::string_view, 9> full_text_shadows = {
    "data", "idx", "content", "docsize", "config", "segments", "segdir", "stat", "node"};
constexpr std::array<std::string_view, 3> tree_shadows = {"node", "parent", "rowid"};
constexpr std::array<std::string_view, 3> full_text_modules = {"fts3", "fts4", "fts5"};
constexpr std::array<std::string_view, 2> tree_modules = {"rtree", "rtree_i32"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::ranges::end(list);
}

bool is_full_text(const VirtualTable& table) { return contains(full_text_modules, table.module); }

const TableProfile* profile_of(const DatabaseProfile& profile, std::string_view table) {
  const auto found = std::ranges::find_if(
      profile.tables, [&](const TableProfile& one) { return same_name(one.name, table); });
  return found == profile.tables.end() ? nullptr : &*found;
}

// Columns and options of CREATE VIRTUAL TABLE ... USING fts(...).
struct FullText {
  struct Column {
    std::string name;
    bool is_searched = true;
  };
  std::vector<Column> columns;
  std::optional<std::string> content;  // "" for none at all
  std::string content_rowid;
  bool is_english = false;
};

FullText read_full_text(const VirtualTable& table) {
  FullText text;
  for (const auto& argument : table.arguments) {
    const auto tokens = tokens_of(argument);
    if (tokens.empty()) continue;
    if (tokens.size() >= 2 && tokens[1].is_symbol('=')) {
      const std::string value = tokens.size() > 2 ? tokens[2].text : std::string();
      if (tokens[0].is("content")) text.content = value;
      if (tokens[0].is("content_rowid")) text.content_rowid = value;
      if (tokens[0].is("tokenize")) {
        text.is_english = lower_ascii(argument).find("porter") != std::string::npos;
      }
      continue;
    }
    const bool is_unindexed = tokens.size() > 1 && tokens.back().is("unindexed");
    text.columns.push_back({tokens.front().text, !is_unindexed});
  }
  return text;
}

ColumnDraft drafted(const ColumnProfile& profile, std::string_view name) {
  ColumnDraft column;
  column.profile = &profile;
  column.plan.name = name;
  column.plan.cells = profile.cells;
  column.source = quoted_name(profile.name);
  return column;
}

// The rows that a full-text table keeps itself, in its shadow table.
void add_full_text(Draft& draft, const SchemaObject& object, const VirtualTable& module) {
  const FullText text = read_full_text(module);
  const TableProfile* content = profile_of(draft.profile, cat({object.name, "_content"}));
  if (content == nullptr || content->columns.size() < text.columns.size() + 1) {
    draft.decide(about(Treatment::report, "full_text", object.name, "", object.name,
                       cat({"The full-text table keeps no texts of its own, so there is nothing "
                            "to make it from: ",
                            shown_sql(object.sql)})));
    return;
  }
  TableDraft table;
  table.profile = content;
  table.name = object.name;
  table.source = content->name;
  table.module = module;
  table.columns.push_back(drafted(content->columns[0], "rowid"));
  table.primary_key = {"rowid"};
  for (size_t i = 0; i < text.columns.size(); ++i) {
    table.columns.push_back(drafted(content->columns[i + 1], text.columns[i].name));
  }
  Decision decision = about(
      Treatment::derive, "full_text", object.name, "", object.name,
      cat({"The texts become an ordinary table with their rowid, a column fairway_search of type "
           "tsvector and a GIN index over it; queries with MATCH have to be rewritten: ",
           shown_sql(object.sql)}));
  decision.count = content->rows;
  draft.decide(std::move(decision));
  draft.tables.push_back(std::move(table));
}

bool has_own_content(const VirtualTable& module) { return !read_full_text(module).content; }

// to_tsvector over the columns that are texts; "" when there is none.
std::string vector_of(const FullText& text, const TableDraft& table) {
  std::vector<std::string> parts;
  for (const auto& one : text.columns) {
    const ColumnDraft* column = table.find(one.name);
    if (!one.is_searched || column == nullptr) continue;
    if (column->plan.conversion != Conversion::text) continue;
    parts.push_back(cat({"coalesce(", quoted_name(column->plan.target_name), ", '')"}));
  }
  if (parts.empty()) return "";
  return cat({"to_tsvector('", text.is_english ? "english" : "simple", "', ",
              join(parts, " || ' ' || "), ")"});
}

void write_own_search(Draft& draft, const TableDraft& table) {
  const std::string vector = vector_of(read_full_text(*table.module), table);
  if (vector.empty()) return;
  const Decision refused = lost("full_text", table, "", table.name, vector);
  draft.after(
      alter_table(table, cat({"ADD COLUMN \"fairway_search\" tsvector GENERATED ALWAYS AS (",
                              vector, ") STORED"})),
      refused);
  const std::string index = draft.relations.take(cat({table.target_name, "_search_idx"}));
  draft.after(cat({"CREATE INDEX ", quoted_name(index), " ON ", quoted_name(table.target_name),
                   " USING gin (\"fairway_search\")"}),
              refused);
}

// A full-text table over another table's texts: an index there.
void write_foreign_search(Draft& draft, const SchemaObject& object, const FullText& text) {
  const TableDraft* table = draft.find(*text.content);
  const std::string vector = table == nullptr ? std::string() : vector_of(text, *table);
  if (vector.empty()) {
    draft.decide(about(Treatment::report, "full_text", object.name, "", object.name,
                       cat({text.content->empty()
                                ? "The full-text table keeps no texts, so it cannot be made again: "
                                : "The texts of the full-text table were not found: ",
                            shown_sql(object.sql)})));
    return;
  }
  const std::string index = draft.relations.take(cat({object.name, "_search_idx"}));
  draft.decide(about(Treatment::derive, "full_text", object.name, "", object.name,
                     cat({"The full-text table is an index over ", quoted_name(table->name),
                          ": it becomes the GIN index ", quoted_name(index), " over ", vector,
                          " there; queries with MATCH have to be rewritten."})));
  draft.after(cat({"CREATE INDEX ", quoted_name(index), " ON ", quoted_name(table->target_name),
                   " USING gin (", vector, ")"}),
              lost("full_text", *table, "", object.name, vector));
}

void add_tree(Draft& draft, const SchemaObject& object, const VirtualTable& module) {
  const TableProfile* rows = profile_of(draft.profile, cat({object.name, "_rowid"}));
  const TreeColumns tree = read_tree_columns(module);
  const bool is_whole = rows != nullptr && rows->columns.size() >= 2 + tree.extra.size() &&
                        profile_of(draft.profile, cat({object.name, "_node"})) != nullptr;
  Decision decision = about(Treatment::report, "virtual_table", object.name, "", object.name,
                            cat({"The rows of the R*Tree become an ordinary table; its kind of "
                                 "index is not made: ",
                                 shown_sql(object.sql)}));
  if (!is_whole) {
    decision.why =
        cat({"The R*Tree's own tables are not whole, so it is left out: ", shown_sql(object.sql)});
    return draft.decide(std::move(decision));
  }
  decision.count = rows->rows;
  draft.decide(std::move(decision));
  TableDraft table;
  table.profile = rows;
  table.name = object.name;
  table.source = rows->name;
  table.module = module;
  table.primary_key = {tree.id};
  table.columns.push_back(drafted(rows->columns[0], tree.id));
  for (const auto& name : tree.coordinates) {
    ColumnProfile& made = draft.made_columns.emplace_back();
    made.name = name;
    made.kind = tree.is_integer ? DeclaredKind::integer : DeclaredKind::real;
    made.declared_type = tree.is_integer ? "INTEGER" : "REAL";
    (tree.is_integer ? made.cells.integers : made.cells.reals) = rows->rows;
    table.columns.push_back(drafted(made, name));
  }
  for (size_t i = 0; i < tree.extra.size(); ++i) {
    table.columns.push_back(drafted(rows->columns[i + 2], tree.extra[i]));
  }
  table.select = select_tree(object.name, tree);
  draft.tables.push_back(std::move(table));
}

}  // namespace

bool is_shadow_table(const DatabaseProfile& profile, std::string_view table) {
  const size_t cut = table.rfind('_');
  if (cut == std::string_view::npos) return false;
  const std::string ending = lower_ascii(table.substr(cut + 1));
  return std::ranges::any_of(profile.schema, [&](const SchemaObject& object) {
    if (object.type != "table" || !same_name(object.name, table.substr(0, cut))) return false;
    const auto module = parse_virtual_table(object.sql);
    if (!module) return false;
    return is_full_text(*module)
               ? contains(full_text_shadows, ending)
               : contains(tree_modules, module->module) && contains(tree_shadows, ending);
  });
}

void draft_virtual_tables(Draft& draft) {
  for (const auto& object : draft.profile.schema) {
    if (object.type != "table") continue;
    const auto module = parse_virtual_table(object.sql);
    if (!module) continue;
    if (is_full_text(*module)) {
      if (has_own_content(*module)) add_full_text(draft, object, *module);
    } else if (contains(tree_modules, module->module)) {
      add_tree(draft, object, *module);
    } else {
      draft.decide(
          about(Treatment::report, "virtual_table", object.name, "", object.name,
                cat({"A virtual table of the module ", module->module,
                     " has no equal over there and is left out: ", shown_sql(object.sql)})));
    }
  }
}

void write_full_text(Draft& draft) {
  for (const auto& table : draft.tables) {
    if (table.module && is_full_text(*table.module)) write_own_search(draft, table);
  }
  for (const auto& object : draft.profile.schema) {
    if (object.type != "table") continue;
    const auto module = parse_virtual_table(object.sql);
    if (!module || !is_full_text(*module)) continue;
    const FullText text = read_full_text(*module);
    if (text.content) write_foreign_search(draft, object, text);
  }
}

}  // namespace fairway::postgres
