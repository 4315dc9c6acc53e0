// A model of Turso for World: the platform API and the database hosts, with real SQLite behind
// them. A database that was asked the same before, with the same content, is not asked again: most
// worlds load one of a few files and read it back, and SQLite would take most of their time.
//
// Quirks: a new database may not be visible for a moment; a removed one stays visible for a moment;
// a draft takes a file once, whole or in chunks of one size; a name is taken with 409. Strangers
// may hold names.
#pragma once

#include <map>

#include "shared/base/json.h"
#include "shared/migration/schema.h"
#include "tests/world/world.h"

namespace fairway::test {

class FakeTurso final : public Provider {
 public:
  explicit FakeTurso(World& world);

  bool owns(std::string_view url) const override;
  HttpResponse answer(const HttpRequest& request, const std::string& bytes) override;

  struct Base {
    bool is_strangers = false;
    bool is_draft = true;
    int64_t visible_from_ms = 0;
    int64_t gone_from_ms = 0;  // 0: not removed
    int64_t uploads = 0;
    int64_t chunked_bytes = 0;  // of the upload in chunks that was started
    std::map<int64_t, std::string> chunks = {};
    size_t content = 0;  // which of all contents that were ever seen; 0: none
    bool stands_at(int64_t now_ms) const { return gone_from_ms == 0 || now_ms < gone_from_ms; }
  };
  // Every database that exists at this moment, by name.
  std::map<std::string, const Base*> standing() const;
  // Rows that a visitor of the live app writes; none where there is no such database.
  void visit(const std::string& name, std::string_view sql);
  void add_stranger(const std::string& name);
  bool holds_data(const std::string& name);
  // The schema of a database, for the checkers; empty where there is none.
  std::vector<SchemaObject> schema_of(const std::string& name);
  // The integers of the one row that a query answers, for the checkers; none where there is no such
  // database or table.
  std::vector<int64_t> counts_in(const std::string& name, std::string_view sql);

  static constexpr std::string_view token = "CANARY-turso-platform";
  bool is_quirky = true;

 private:
  HttpResponse platform(const HttpRequest& request, std::string_view path, const Json& body);
  HttpResponse create(const std::string& name);
  HttpResponse upload(Base& base, const std::string& bytes);
  HttpResponse upload_in_chunks(Base& base, std::string_view verb, const std::string& bytes);
  HttpResponse pipeline(Base& base, const std::string& bytes);
  Base* find(const std::string& name);

  World& world_;
  std::map<std::string, Base> bases_;
};

}  // namespace fairway::test
