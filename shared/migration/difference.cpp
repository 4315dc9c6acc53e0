#include "shared/migration/difference.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/migration/rebuild.h"

namespace fairway {
namespace {

using Schema = std::vector<SchemaObject>;

bool is_virtual(const SchemaObject& object) {
  return object.type == "table" && parse_virtual_table(object.sql).has_value();
}

bool is_ours_or_sqlites(const SchemaObject& object) {
  return is_internal_name(object.name) || lower_ascii(object.name).starts_with("sqlite_");
}

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

// Whether ALTER TABLE takes the column as it is.
bool is_addable(const ColumnDefinition& column) {
  using Default = ColumnDefinition::Default;
  const bool no_value = column.otherwise == Default::none || column.otherwise == Default::null;
  const bool needs_value = column.generated == Generated::no && column.not_null && no_value;
  return !column.primary_key && !column.unique && column.generated != Generated::stored &&
         !needs_value && column.otherwise != Default::computed &&
         !(column.references && column.otherwise == Default::constant);
}

std::string place_of(const TableDefinition& table, const ColumnDefinition& column) {
  return cat({quoted_name(table.name), ".", quoted_name(column.name)});
}

std::string count_rows(std::string_view table) {
  return cat({"SELECT count(*) FROM ", quoted_name(table)});
}

std::string count_values(const TableDefinition& table, const ColumnDefinition& column) {
  return cat({"SELECT count(", quoted_name(column.name), ") FROM ", quoted_name(table.name)});
}

// What a column's constraints demand of its values: without its default, and without NOT NULL.
std::string demands_of(const ColumnDefinition& column) {
  std::string text = column.constraints;
  const auto take_out = [&](const std::string& words) {
    const size_t at = words.empty() ? std::string::npos : text.find(words);
    if (at != std::string::npos) text.erase(at, words.size());
  };
  take_out("not null");
  if (column.otherwise == ColumnDefinition::Default::constant) {
    take_out(cat({"default ", normal_form(filling_of(column))}));
  }
  return std::string(trim(text));
}

bool is_tighter(const ColumnDefinition& now, const ColumnDefinition& then) {
  const std::string demands = demands_of(then);
  return (then.not_null && !now.not_null) || (!demands.empty() && demands_of(now) != demands);
}

std::string type_words(const ColumnDefinition& column) {
  return column.type.empty() ? "of no type" : column.type;
}

// The one of this type among those that the other table lacks; null where there is none or more.
const ColumnDefinition* only_one(const TableDefinition& here, const TableDefinition& there,
                                 std::string_view type) {
  const ColumnDefinition* found = nullptr;
  for (const auto& column : here.columns) {
    if (find_column(there, column.name) != nullptr) continue;
    if (normal_form(column.type) != normal_form(type)) continue;
    if (found != nullptr) return nullptr;
    found = &column;
  }
  return found;
}

bool have_same_shape(const TableDefinition& one, const TableDefinition& other) {
  return std::ranges::equal(one.columns, other.columns, [](const auto& a, const auto& b) {
    return same_name(a.name, b.name) && normal_form(a.type) == normal_form(b.type);
  });
}

class Comparison {
 public:
  Comparison(const Schema& production, const Schema& preview, const Schema* deployed,
             std::string_view keep_as)
      : production_(production), preview_(preview), deployed_(deployed), keep_as_(keep_as) {}

  SchemaDifference compare() {
    for (std::string_view type : {"trigger", "view", "index"}) drop_deployed(type);
    for (const auto& object : production_) {
      if (object.type == "table" && !is_ours_or_sqlites(object)) look_for_dropped(object);
    }
    for (const auto& object : preview_) {
      if (object.type == "table" && !is_ours_or_sqlites(object)) compare_table(object);
    }
    difference_.before_rows = difference_.statements.size();
    for (const auto& later : indexed_later_) add(later.statement, later.undo);
    for (std::string_view type : {"index", "view", "trigger"}) compare_others(type);
    std::ranges::reverse(difference_.undo);
    // A trigger may speak of any of the tables.
    put_behind(difference_.restore.statements, restore_objects_);
    put_behind(difference_.restore.statements, drop_kept_);
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

  void lose(std::string kind, const TableDefinition& table, const ColumnDefinition* column,
            std::string words, std::string count_sql) {
    difference_.losses.push_back({std::move(kind), table.name,
                                  column == nullptr ? "" : column->name, std::move(words),
                                  std::move(count_sql)});
  }

  static void put_behind(std::vector<std::string>& all, std::vector<std::string>& some) {
    for (auto& one : some) all.push_back(std::move(one));
  }

  void rebuild(const SchemaObject& there, const SchemaObject* wanted) {
    const std::string kept = cat({keep_as_, decimal(static_cast<int64_t>(++rebuilt_))});
    const TableOnBothSides table{production_, there, wanted, kept, gone_};
    auto made = is_virtual(there) ? drop_virtual_table(table) : rebuild_table(table);
    if (!made.refused.empty()) return refuse(std::move(made.refused));
    for (auto& statement : made.statements) add(std::move(statement), "");
    put_behind(difference_.restore.statements, made.restore_tables);
    put_behind(restore_objects_, made.restore_objects);
    put_behind(drop_kept_, made.drop_kept);
    if (difference_.restore.kept.empty()) difference_.restore.kept = made.kept_tables.front();
    for (auto& name : made.kept_tables) difference_.kept_tables.push_back(std::move(name));
    for (auto& name : made.gone) gone_.push_back(std::move(name));
  }

  void change_table(const SchemaObject& there, const SchemaObject& wanted) {
    const auto now = parse_table(there.sql);
    const auto then = parse_table(wanted.sql);
    if (!now || !then) {
      return refuse(cat(
          {"The table ", quoted_name(wanted.name), " has another definition than in production."}));
    }
    bool needs_rebuild = compare_rules(*now, *then);
    for (const auto& column : now->columns) needs_rebuild |= compare_column(*now, *then, column);
    for (const auto& column : then->columns) {
      if (find_column(*now, column.name) != nullptr) continue;
      needs_rebuild |= !is_addable(column);
      look_at_new_column(*now, *then, column);
    }
    needs_rebuild ? rebuild(there, &wanted) : add_columns(*now, *then);
  }

  // Keys, checks and options of the whole table; true where they differ.
  bool compare_rules(const TableDefinition& now, const TableDefinition& then) {
    const bool same_options = now.without_rowid == then.without_rowid && now.strict == then.strict;
    const bool keeps_key = same_key(now, then);
    if (same_options && keeps_key && now.constraints == then.constraints) return false;
    const bool only_looser = keeps_key && now.without_rowid == then.without_rowid &&
                             (now.strict || !then.strict) &&
                             std::ranges::includes(now.constraints, then.constraints);
    if (!only_looser) {
      lose("change_table", now, nullptr,
           cat({"The table ", quoted_name(now.name),
                " gets other keys, checks or options: ", rules_of(then), "; it had ", rules_of(now),
                ". Its rows must meet them, and are written anew."}),
           count_rows(now.name));
    }
    return true;
  }

  static std::string rules_of(const TableDefinition& table) {
    std::vector<std::string> rules;
    if (!table.primary_key.empty()) {
      rules.push_back(cat({"key ", join(table.primary_key, " + ")}));
    }
    for (const auto& rule : table.constraints) rules.push_back(rule);
    if (table.strict) rules.emplace_back("STRICT");
    if (table.without_rowid) rules.emplace_back("WITHOUT ROWID");
    return rules.empty() ? "none" : join(rules, ", ");
  }

  static bool same_key(const TableDefinition& now, const TableDefinition& then) {
    return std::ranges::equal(now.primary_key, then.primary_key, same_name);
  }

  // True where the column is not as it was.
  bool compare_column(const TableDefinition& now, const TableDefinition& then,
                      const ColumnDefinition& column) {
    const ColumnDefinition* wanted = find_column(then, column.name);
    if (wanted == nullptr) {
      drop_column(now, then, column);
      return true;
    }
    const bool same_type = normal_form(wanted->type) == normal_form(column.type);
    if (same_type && wanted->constraints == column.constraints) return false;
    const std::string name = place_of(now, column);
    const bool was_computed = column.generated != Generated::no;
    const bool is_computed = wanted->generated != Generated::no;
    if (!was_computed && is_computed) {
      lose("change_column", now, &column,
           cat({"The column ", name, " is computed now; its values are lost."}),
           count_values(now, column));
    } else if (!was_computed && !same_type &&
               (then.strict || !has_same_affinity(wanted->type, column.type))) {
      lose("change_type", now, &column,
           cat({"The column ", name, " becomes ", type_words(*wanted), "; it was ",
                type_words(column), ". Its values are converted where they can be."}),
           count_values(now, column));
    }
    if (!was_computed && !is_computed && is_tighter(column, *wanted)) tighten(now, column, *wanted);
    return true;
  }

  void tighten(const TableDefinition& now, const ColumnDefinition& column,
               const ColumnDefinition& wanted) {
    std::string words = cat({"The column ", place_of(now, column), " changes from \"", column.text,
                             "\" to \"", wanted.text, "\"."});
    const bool fills = wanted.not_null && !column.not_null;
    if (!fills) return lose("change_column", now, &column, std::move(words), count_rows(now.name));
    words += cat({" Where it is NULL, ", filling_of(wanted), " takes its place."});
    lose("change_column", now, &column, std::move(words),
         cat({count_rows(now.name), " WHERE ", quoted_name(column.name), " IS NULL"}));
  }

  void drop_column(const TableDefinition& now, const TableDefinition& then,
                   const ColumnDefinition& column) {
    if (column.generated != Generated::no) return;
    const std::string name = place_of(now, column);
    lose("drop_column", now, &column,
         cat({"The column ", name, " is not in the preview any more; its values are lost."}),
         count_values(now, column));
    const ColumnDefinition* from = only_one(now, then, column.type);
    const ColumnDefinition* to = only_one(then, now, column.type);
    if (from == nullptr || to == nullptr) return;
    lose("rename_guess", now, &column,
         cat({"Perhaps the column ", name, " was renamed to ", quoted_name(to->name),
              ", which is new and of the same type. Its values are not taken along."}),
         count_values(now, column));
  }

  void look_at_new_column(const TableDefinition& now, const TableDefinition& then,
                          const ColumnDefinition& column) {
    using Default = ColumnDefinition::Default;
    const bool no_value = column.otherwise == Default::none || column.otherwise == Default::null;
    const bool is_number = column.primary_key && lower_ascii(column.type) == "integer";
    if (column.generated != Generated::no || !column.not_null || !no_value || is_number) return;
    lose("add_column", now, &column,
         cat({"The new column ", place_of(then, column),
              " is NOT NULL and has no default; rows in production get ", filling_of(column),
              " there."}),
         count_rows(now.name));
  }

  void add_columns(const TableDefinition& now, const TableDefinition& then) {
    for (const auto& column : then.columns) {
      if (find_column(now, column.name) != nullptr) continue;
      const std::string alter = cat({"ALTER TABLE ", quoted_name(then.name)});
      add(cat({alter, " ADD COLUMN ", column.text}),
          cat({alter, " DROP COLUMN ", quoted_name(column.name)}));
    }
  }

  void look_for_dropped(const SchemaObject& object) {
    if (is_shadow(production_, object.name) || find(preview_, "table", object.name) != nullptr) {
      return;
    }
    if (deployed_ != nullptr && find(*deployed_, "table", object.name) == nullptr) {
      difference_.kept.push_back(
          cat({"The table ", quoted_name(object.name), " was made in production and stays."}));
      return;
    }
    const auto table = parse_table(object.sql);
    if (!table) return drop_virtual(object);
    lose("drop_table", *table, nullptr,
         cat({"The table ", quoted_name(object.name),
              " is not in the preview any more; its rows are lost."}),
         count_rows(object.name));
    guess_renamed_table(*table);
    rebuild(object, nullptr);
    dropped_.push_back(object.name);
  }

  void drop_virtual(const SchemaObject& object) {
    const auto table = parse_virtual_table(object.sql);
    const std::string name = quoted_name(object.name);
    if (!table || !is_known_module(table->module)) {
      return refuse(cat({"The virtual table ", name,
                         " is not in the preview any more; it can only be dropped by hand."}));
    }
    const auto shadows = shadow_tables_of(production_, object.name);
    // It shows what another table holds.
    if (shadows.empty()) return add(cat({"DROP TABLE ", name}), object.sql);
    difference_.losses.push_back({"drop_table", object.name, "",
                                  cat({"The virtual table ", name, " (", table->module,
                                       ") is not in the preview any more; what it holds is lost."}),
                                  count_rows(counted_shadow(shadows))});
    rebuild(object, nullptr);
  }

  // The one with a row for each of the virtual table's, which a table without content cannot count.
  static std::string counted_shadow(const std::vector<std::string>& shadows) {
    for (const std::string_view ending : {"_docsize", "_rowid", "_content"}) {
      for (const auto& name : shadows) {
        if (lower_ascii(name).ends_with(ending)) return name;
      }
    }
    return shadows.front();
  }

  void guess_renamed_table(const TableDefinition& table) {
    for (const auto& object : preview_) {
      if (object.type != "table" || find(production_, "table", object.name) != nullptr) continue;
      const auto now = parse_table(object.sql);
      if (!now || !have_same_shape(*now, table)) continue;
      lose("rename_guess", table, nullptr,
           cat({"Perhaps the table ", quoted_name(table.name), " was renamed to ",
                quoted_name(object.name),
                ", which is new and of the same shape. Its rows are not taken along."}),
           count_rows(table.name));
    }
  }

  // Went with its table, or with a column.
  bool is_gone(const SchemaObject& object) const {
    const auto is_it = [&](std::string_view name) { return same_name(name, object.name); };
    const auto is_its_table = [&](std::string_view name) { return same_name(name, object.table); };
    return std::ranges::any_of(gone_, is_it) || std::ranges::any_of(dropped_, is_its_table);
  }

  static std::string drop_of(const SchemaObject& object) {
    const std::string_view kind = object.type == "index"  ? "INDEX "
                                  : object.type == "view" ? "VIEW "
                                                          : "TRIGGER ";
    return cat({"DROP ", kind, quoted_name(object.name)});
  }

  // What an earlier preview brought and this one lacks. No rows are in it, and it may speak of what
  // is going to be dropped.
  void drop_deployed(std::string_view type) {
    if (deployed_ == nullptr) return;
    for (const auto& object : production_) {
      if (object.type != type || is_ours_or_sqlites(object)) continue;
      const bool was_deployed = find(*deployed_, type, object.name) != nullptr;
      if (!was_deployed || find(preview_, type, object.name) != nullptr) continue;
      add(drop_of(object), object.sql);
      gone_.push_back(object.name);
    }
  }

  void compare_others(std::string_view type) {
    for (const auto& wanted : preview_) {
      if (wanted.type != type || is_ours_or_sqlites(wanted)) continue;
      const SchemaObject* there = find(production_, type, wanted.name);
      if (there != nullptr && is_gone(*there)) there = nullptr;
      if (there != nullptr && normal_form(there->sql) == normal_form(wanted.sql)) continue;
      const std::string drop = drop_of(wanted);
      if (there != nullptr) add(drop, there->sql);
      add(wanted.sql, drop);
    }
    for (const auto& object : production_) {
      if (object.type != type || is_ours_or_sqlites(object) || is_gone(object)) continue;
      if (find(preview_, type, object.name) != nullptr) continue;
      difference_.kept.push_back(cat({"The ", type, " ", quoted_name(object.name),
                                      " is not in the preview and stays in production."}));
    }
  }

  const Schema& production_;
  const Schema& preview_;
  const Schema* deployed_;
  const std::string_view keep_as_;
  size_t rebuilt_ = 0;
  std::vector<std::string> gone_;     // indexes and triggers
  std::vector<std::string> dropped_;  // tables
  std::vector<std::string> restore_objects_;
  std::vector<std::string> drop_kept_;
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
                                   const std::vector<SchemaObject>* deployed,
                                   std::string_view keep_as) {
  return Comparison(production, preview, deployed, keep_as).compare();
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

}  // namespace fairway
