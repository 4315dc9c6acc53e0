#include "shared/migration/difference.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"

namespace fairway {
namespace {

using Schema = std::vector<SchemaObject>;

bool is_virtual(const SchemaObject& object) {
  return object.type == "table" && parse_virtual_table(object.sql).has_value();
}

bool is_ours_or_sqlites(const SchemaObject& object) {
  return is_internal_name(object.name) || lower_ascii(object.name).starts_with("sqlite_");
}

// Tables that a virtual table keeps its content in; it makes them itself.
constexpr std::array<std::string_view, 11> shadow_endings = {
    "_data",   "_idx",  "_content", "_docsize", "_config", "_segments",
    "_segdir", "_stat", "_node",    "_rowid",   "_parent"};

bool is_shadow(const Schema& schema, std::string_view name) {
  return std::ranges::any_of(schema, [&](const SchemaObject& object) {
    if (!is_virtual(object)) return false;
    return std::ranges::any_of(shadow_endings, [&](std::string_view ending) {
      return same_name(name, cat({object.name, ending}));
    });
  });
}

// Modules that every libSQL has, and whose shadow tables are their whole content.
bool is_known_module(std::string_view module) {
  constexpr std::array<std::string_view, 7> known = {"fts3",      "fts4",  "fts4aux",  "fts5",
                                                     "fts5vocab", "rtree", "rtree_i32"};
  return std::ranges::find(known, lower_ascii(module)) != known.end();
}

const SchemaObject* find(const Schema& schema, std::string_view type, std::string_view name) {
  const auto found = std::ranges::find_if(schema, [&](const SchemaObject& object) {
    return object.type == type && same_name(object.name, name);
  });
  return found == schema.end() ? nullptr : &*found;
}

const ColumnDefinition* find_column(const TableDefinition& table, std::string_view name) {
  const auto found = std::ranges::find_if(
      table.columns, [&](const ColumnDefinition& column) { return same_name(column.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

// "" when ALTER TABLE takes the column, else why it does not.
std::string why_not_addable(const ColumnDefinition& column) {
  using Default = ColumnDefinition::Default;
  if (column.primary_key) return "is part of the primary key, which rows in production lack";
  if (column.unique) return "is UNIQUE, which SQLite cannot add to a table that is there";
  if (column.generated == Generated::stored) {
    return "is generated and stored, which SQLite cannot add to a table that is there";
  }
  const bool no_value = column.otherwise == Default::none || column.otherwise == Default::null;
  if (column.generated == Generated::no && column.not_null && no_value) {
    return "is NOT NULL without a default, so rows in production would have no value for it";
  }
  if (column.otherwise == Default::computed) {
    return "has a default that is computed, which SQLite cannot add to a table that is there";
  }
  if (column.references && column.otherwise == Default::constant) {
    return "refers to another table and has a default, which SQLite cannot add to a table that is "
           "there";
  }
  return "";
}

class Comparison {
 public:
  Comparison(const Schema& production, const Schema& preview, const Schema* deployed)
      : production_(production), preview_(preview), deployed_(deployed) {}

  SchemaDifference compare() {
    for (const auto& object : preview_) {
      if (object.type == "table" && !is_ours_or_sqlites(object)) compare_table(object);
    }
    for (const auto& object : production_) {
      if (object.type == "table" && !is_ours_or_sqlites(object)) look_for_dropped(object);
    }
    difference_.before_rows = difference_.statements.size();
    for (const auto& later : indexed_later_) add(later.statement, later.undo);
    for (std::string_view type : {"index", "view", "trigger"}) compare_others(type);
    std::ranges::reverse(difference_.undo);
    return std::move(difference_);
  }

 private:
  void refuse(std::string message) { difference_.refused.push_back(std::move(message)); }

  void add(std::string statement, std::string undo) {
    difference_.statements.push_back(std::move(statement));
    if (!undo.empty()) difference_.undo.push_back(std::move(undo));
  }

  void compare_table(const SchemaObject& wanted) {
    if (is_shadow(preview_, wanted.name)) return;
    const SchemaObject* there = find(production_, "table", wanted.name);
    if (there == nullptr) {
      is_virtual(wanted) ? add_virtual_table(wanted) : add_table(wanted);
    } else if (normal_form(there->sql) != normal_form(wanted.sql)) {
      change_table(*there, wanted);
    }
  }

  void add_table(const SchemaObject& wanted) {
    add(wanted.sql, cat({"DROP TABLE ", quoted_name(wanted.name)}));
    difference_.new_tables.push_back(wanted.name);
  }

  // The module's own tables are emptied and filled again with what they hold in the preview, so
  // that the index is the same to the byte and needs no content to be made from. Only one over a
  // table of production is made from the rows that are there.
  void add_virtual_table(const SchemaObject& wanted) {
    const auto table = parse_virtual_table(wanted.sql);
    const std::string name = quoted_name(wanted.name);
    const std::string drop = cat({"DROP TABLE ", name});
    if (!is_known_module(table->module)) {
      refuse(cat({"The virtual table ", name, " (", table->module,
                  ") is new, and its content cannot be added to a database that is in use."}));
    } else if (is_over_production(content_of(*table))) {
      indexed_later_.push_back({wanted.sql, drop});
      indexed_later_.push_back({cat({"INSERT INTO ", name, "(", name, ") VALUES('rebuild')"}), ""});
    } else {
      add(wanted.sql, drop);
      for (const std::string_view ending : shadow_endings) {
        const SchemaObject* shadow = find(preview_, "table", cat({wanted.name, ending}));
        if (shadow == nullptr) continue;
        add(cat({"DELETE FROM ", quoted_name(shadow->name)}), "");
        difference_.new_tables.push_back(shadow->name);
      }
    }
  }

  bool is_over_production(const std::string& content) const {
    if (content.empty() || content == "''" || production_.empty()) return false;
    return find(production_, "table", content) != nullptr ||
           find(preview_, "table", content) == nullptr;
  }

  // The table that content= names: "" when it is not there, "''" when it names none.
  static std::string content_of(const VirtualTable& table) {
    for (const std::string& argument : table.arguments) {
      const auto tokens = tokens_of(argument);
      if (tokens.size() < 2 || !tokens[0].is("content") || !tokens[1].is_symbol('=')) continue;
      return tokens.size() == 2 || tokens[2].text.empty() ? "''" : tokens[2].text;
    }
    return "";
  }

  void change_table(const SchemaObject& there, const SchemaObject& wanted) {
    const auto now = parse_table(there.sql);
    const auto then = parse_table(wanted.sql);
    if (!now || !then) {
      refuse(cat(
          {"The table ", quoted_name(wanted.name), " has another definition than in production."}));
      return;
    }
    const size_t refusals = difference_.refused.size();
    if (now->without_rowid != then->without_rowid || now->strict != then->strict) {
      refuse(cat({"The table ", quoted_name(wanted.name),
                  " changed its options (WITHOUT ROWID, STRICT)."}));
    }
    if (now->constraints != then->constraints || !same_key(*now, *then)) {
      refuse(cat({"The constraints of the table ", quoted_name(wanted.name),
                  " (keys, checks) are others than in production."}));
    }
    for (const auto& column : now->columns) compare_column(*then, column);
    if (difference_.refused.size() == refusals) add_columns(*now, *then);
  }

  static bool same_key(const TableDefinition& now, const TableDefinition& then) {
    return std::ranges::equal(now.primary_key, then.primary_key, same_name);
  }

  void compare_column(const TableDefinition& then, const ColumnDefinition& column) {
    const std::string name = cat({quoted_name(then.name), ".", quoted_name(column.name)});
    const ColumnDefinition* wanted = find_column(then, column.name);
    if (wanted == nullptr) {
      refuse(cat({"The column ", name,
                  " is no longer in the preview; dropping it would "
                  "lose what production holds in it."}));
    } else if (normal_form(wanted->type) != normal_form(column.type)) {
      refuse(cat({"The column ", name, " changed its type from ",
                  column.type.empty() ? "none" : column.type, " to ",
                  wanted->type.empty() ? "none" : wanted->type, "."}));
    } else if (wanted->constraints != column.constraints) {
      refuse(cat(
          {"The column ", name, " changed from \"", column.text, "\" to \"", wanted->text, "\"."}));
    }
  }

  void add_columns(const TableDefinition& now, const TableDefinition& then) {
    for (const auto& column : then.columns) {
      if (find_column(now, column.name) != nullptr) continue;
      const std::string why = why_not_addable(column);
      if (!why.empty()) {
        refuse(cat({"The new column ", quoted_name(then.name), ".", quoted_name(column.name), " ",
                    why, "."}));
        continue;
      }
      const std::string alter = cat({"ALTER TABLE ", quoted_name(then.name)});
      add(cat({alter, " ADD COLUMN ", column.text}),
          cat({alter, " DROP COLUMN ", quoted_name(column.name)}));
    }
  }

  void look_for_dropped(const SchemaObject& object) {
    if (is_shadow(production_, object.name) || find(preview_, "table", object.name) != nullptr) {
      return;
    }
    if (deployed_ == nullptr || find(*deployed_, "table", object.name) != nullptr) {
      refuse(cat({"The table ", quoted_name(object.name),
                  " is no longer in the "
                  "preview; dropping it would lose its rows in production."}));
    } else {
      difference_.kept.push_back(
          cat({"The table ", quoted_name(object.name), " was made in production and stays."}));
    }
  }

  void compare_others(std::string_view type) {
    const std::string kind = type == "index" ? "INDEX " : type == "view" ? "VIEW " : "TRIGGER ";
    for (const auto& wanted : preview_) {
      if (wanted.type != type || is_ours_or_sqlites(wanted)) continue;
      const SchemaObject* there = find(production_, type, wanted.name);
      if (there != nullptr && normal_form(there->sql) == normal_form(wanted.sql)) continue;
      const std::string drop = cat({"DROP ", kind, quoted_name(wanted.name)});
      if (there != nullptr) add(drop, there->sql);
      add(wanted.sql, drop);
    }
    for (const auto& object : production_) {
      if (object.type != type || is_ours_or_sqlites(object)) continue;
      if (find(preview_, type, object.name) != nullptr) continue;
      difference_.kept.push_back(cat({"The ", type, " ", quoted_name(object.name),
                                      " is not in the preview and stays in production."}));
    }
  }

  const Schema& production_;
  const Schema& preview_;
  const Schema* deployed_;
  struct Later {
    std::string statement;
    std::string undo;
  };
  std::vector<Later> indexed_later_;
  SchemaDifference difference_;
};

}  // namespace

SchemaDifference schema_difference(const std::vector<SchemaObject>& production,
                                   const std::vector<SchemaObject>& preview,
                                   const std::vector<SchemaObject>* deployed) {
  return Comparison(production, preview, deployed).compare();
}

std::vector<std::string> new_tables_of(const std::vector<SchemaObject>& preview,
                                       const std::vector<std::string>& production) {
  Schema there;
  for (const auto& object : preview) {
    const auto is_it = [&](std::string_view name) { return same_name(name, object.name); };
    if (object.type == "table" && std::ranges::any_of(production, is_it)) there.push_back(object);
  }
  return schema_difference(there, preview).new_tables;
}

std::optional<Failure> refusal_of(const SchemaDifference& difference) {
  if (difference.refused.empty()) return std::nullopt;
  const auto others = static_cast<int64_t>(difference.refused.size()) - 1;
  const std::string more =
      others > 0 ? cat({" (and ", counted(others, "other change", "other changes"), ")"}) : "";
  return fix_input(
      "schema_change_refused", cat({difference.refused.front(), more}),
      "You: make the change in steps that only add (a new column or table), or undo it "
      "in the builder. Production and its rows are unchanged.");
}

}  // namespace fairway
