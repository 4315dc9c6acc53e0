// The Database port at the edge: the SQLite of the account's Durable Object, through one
// synchronous import. The compact bytes of question and answer are described in worker/sql.mjs.
//
// Limits of the platform: 100 values a statement, 2 MB a value or row, integers within 2^53,
// numbers are bound as REAL (right for INTEGER columns and comparisons, wrong for text made inside
// SQL), no PRAGMA. A refused statement traps and takes its turn back.
#pragma once

#include "shared/host/host.h"

namespace fairway::worker {

class EdgeDatabase final : public Database {
 public:
  // Gives the address of the answer, which this side releases.
  using Query = char* (*)(const char* question, size_t size);

  explicit EdgeDatabase(Query query) : query_(query) {}

  using Database::run;
  Rows run(std::string_view sql, std::vector<Value> values) override;

 private:
  Query query_;
};

// The two halves of the codec, apart so that tests can hold them against each other.
std::string encode_question(std::string_view sql, const std::vector<Value>& values);
// Traps on an answer that says why the statement was refused.
Rows decode_answer(std::string_view answer);

}  // namespace fairway::worker
