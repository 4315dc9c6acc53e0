// The rows of a table as requests for SQL over HTTP: each is one transaction that enters its key
// into the marks of the load first, so that sending it twice loads it once (staging.h).
//
// A batch is one INSERT of an array of texts for each column, cast to the column's type over there:
// what stands in the arrays is the canonical text that COPY would carry, so bytes, infinities and
// repaired texts take no road of their own. The same file and plan give the same batches, byte for
// byte, which is what makes a load go on where it broke off.
//
// Limits: a body has at most about `body_bytes_max`; a row that has a larger cell travels alone,
// its large cells as pieces before it. Memory: one batch.
#pragma once

#include <functional>
#include <string>

#include "shared/migration/preview.h"
#include "shared/postgres/staging.h"
#include "shared/postgres/write_rows.h"

namespace fairway::postgres {

constexpr int64_t row_batch_bytes = 1 << 20;

struct RowBatch {
  std::string key;   // what the marks remember
  std::string body;  // the JSON to POST to /sql
  int64_t rows = 0;
};
// Takes a batch; a failure ends the writing.
using TakeRowBatch = std::function<std::optional<Failure>(RowBatch batch)>;

// The rows of plan.tables[table], and the exact bytes of those of its texts that were repaired,
// with the sums of what was written. Fails as write_rows and `take` do.
Outcome<WrittenTable> write_row_batches(Preview& preview, const Plan& plan, size_t table,
                                        const StagedLoad& load, const TakeRowBatch& take,
                                        int64_t body_bytes_max = row_batch_bytes);

}  // namespace fairway::postgres
