#include "shared/migration/load.h"

#include "shared/base/json.h"
#include "shared/base/text.h"

namespace fairway {
namespace {

Failure strange() {
  return report_bug("target_answer", "The database answered a batch of rows with something else.",
                    "Fairway: please report this. Nothing of the batch was kept.");
}

Failure refused(const Json& error) {
  const std::string code = text_or(error, "code", "");
  const std::string words = to_utf8(text_or(error, "message", "no reason given"), 500);
  if (code == "BLOCKED") {
    return ask_permission("provider_quota", cat({"The database takes no more rows: ", words}),
                          "The operator's plan at the provider must be extended.");
  }
  if (code.starts_with("SQLITE_BUSY") || code.starts_with("TRANSACTION_")) {
    return retry_later("database_busy", cat({"The database is busy: ", words}));
  }
  return report_bug("load_refused", cat({"The database refused rows of a new table: ", words}),
                    "Fairway: please report this. Nothing of the batch was kept.");
}

bool is_repeated_key(const Json& error) {
  return text_or(error, "code", "").starts_with("SQLITE_CONSTRAINT") ||
         text_or(error, "message", "").find("UNIQUE constraint failed: _fairway_loads.key") !=
             std::string::npos;
}

}  // namespace

Outcome<Load> read_load_answer(std::string_view body) {
  const auto json = parse_json(body);
  if (!json.ok()) return strange();
  const Json& results = member(*json, "results");
  if (!results.is_array() || results.empty()) return strange();
  if (text_or(results[0], "type", "") == "error") return refused(member(results[0], "error"));
  const Json& result = member(member(results[0], "response"), "result");
  const Json& errors = member(result, "step_errors");
  const Json& answers = member(result, "step_results");
  if (!errors.is_array() || !answers.is_array() || errors.size() != answers.size() ||
      errors.size() < load_steps::first_insert + 2) {
    return strange();
  }
  const Json& guard = errors[load_steps::guard];
  if (!guard.is_null() && is_repeated_key(guard)) return Load::already_loaded;
  // The last step is the ROLLBACK, which runs only when the COMMIT before it did not.
  const size_t commit = errors.size() - 2;
  if (!answers[commit].is_null()) return Load::loaded;
  for (size_t i = 0; i <= commit; ++i) {
    if (!errors[i].is_null()) return refused(errors[i]);
  }
  return strange();
}

}  // namespace fairway
