#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/ledger.h"

namespace fairway {

void to_json(Json& json, const UsageRow& row) {
  json = {{"id", row.id},
          {"at_ms", row.at_ms},
          {"service", row.service},
          {"endpoint", row.endpoint},
          {"model", row.model},
          {"units", row.units},
          {"unit_type", row.unit_type},
          {"buckets", row.buckets},
          {"cost_nanos", row.cost_nanos},
          {"hold_nanos", row.hold_nanos},
          {"absorbed_nanos", row.absorbed_nanos},
          {"latency_ms", row.latency_ms},
          {"outcome", row.outcome},
          {"upstream_id", row.upstream_id},
          {"estimated", row.is_estimated}};
}

UsageRow usage_row_of(const Json& json) {
  return {.id = json.at("id"),
          .at_ms = json.at("at_ms"),
          .service = json.at("service"),
          .endpoint = json.at("endpoint"),
          .model = json.at("model"),
          .units = json.at("units"),
          .unit_type = json.at("unit_type"),
          .buckets = json.at("buckets"),
          .cost_nanos = json.at("cost_nanos"),
          .hold_nanos = json.at("hold_nanos"),
          .absorbed_nanos = json.at("absorbed_nanos"),
          .latency_ms = json.at("latency_ms"),
          .outcome = json.at("outcome"),
          .upstream_id = json.at("upstream_id"),
          .is_estimated = json.at("estimated")};
}

std::string month_of(int64_t at_ms) { return utc_text(at_ms).substr(0, 7); }

std::string app_scope(std::string_view app_id) { return cat({"app:", app_id}); }
std::string key_scope(std::string_view key_id) { return cat({"key:", key_id}); }

}  // namespace fairway
