// Storage: what S3's clients ask for, by method, path and query; paid by operation as R2 classes
// them. The bytes never come here: the shell moves them (worker/storage).
#include <algorithm>

#include "shared/base/text.h"
#include "shared/gateway/unit_call.h"

namespace fairway {

namespace {

constexpr std::string_view class_a = "class_a_operations";
constexpr std::string_view class_b = "class_b_operations";
constexpr std::string_view free_of_charge = "free_operations";

struct Operation {
  std::string_view method;
  bool is_object;
  std::string_view mark;  // the member of the query that tells it from others
  std::string_view name, unit_type;
};
constexpr Operation operations[] = {
    {"GET", false, "location", "GetBucketLocation", class_b},
    {"GET", false, "", "ListObjects", class_a},
    {"HEAD", false, "", "HeadBucket", class_b},
    {"PUT", false, "", "CreateBucket", class_a},
    {"POST", false, "delete", "DeleteObjects", free_of_charge},
    {"GET", true, "", "GetObject", class_b},
    {"HEAD", true, "", "HeadObject", class_b},
    {"PUT", true, "partNumber", "UploadPart", class_a},
    {"PUT", true, "", "PutObject", class_a},
    {"POST", true, "uploads", "CreateMultipartUpload", class_a},
    {"POST", true, "uploadId", "CompleteMultipartUpload", class_a},
    {"DELETE", true, "uploadId", "AbortMultipartUpload", free_of_charge},
    {"DELETE", true, "", "DeleteObject", free_of_charge},
};
// Members that change nothing about which operation it is.
constexpr std::string_view beside[] = {"x-id",
                                       "list-type",
                                       "prefix",
                                       "delimiter",
                                       "max-keys",
                                       "encoding-type",
                                       "continuation-token",
                                       "start-after",
                                       "marker",
                                       "fetch-owner",
                                       "partNumber",
                                       "uploadId",
                                       "optional-object-attributes"};

bool is_beside(std::string_view name) {
  return std::find(std::begin(beside), std::end(beside), name) != std::end(beside) ||
         lower_ascii(name).starts_with("x-amz-") || name.starts_with("response-content-");
}

bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

}  // namespace

Outcome<UnitCall> read_storage_call(UnitCall call, const UnitRequest& request) {
  size_t question = std::min(request.path.find('?'), request.path.size());
  auto path = request.path.substr(0, question);
  std::vector<std::string_view> names;
  for (auto pair : split(request.path.substr(question), '&')) {
    if (pair.starts_with('?')) pair.remove_prefix(1);
    if (!pair.empty()) names.push_back(pair.substr(0, pair.find('=')));
  }
  if (!path.starts_with('/')) return no_such_route();
  path.remove_prefix(1);
  size_t slash = std::min(path.find('/'), path.size());
  if (!is_bucket(path.substr(0, slash))) return no_such_route();
  bool is_object = slash + 1 < path.size();
  auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& operation : operations) {
    bool is_it = operation.method == request.method && operation.is_object == is_object &&
                 (operation.mark.empty() || has(operation.mark));
    if (!is_it) continue;
    // What else the query names would make it another operation, which is not offered.
    bool is_known = std::all_of(names.begin(), names.end(), [&](std::string_view name) {
      return is_beside(name) || name == operation.mark;
    });
    if (!is_known) return no_such_route();
    call.endpoint = operation.name;
    call.path = request.path;
    call.unit_type = operation.unit_type;
    call.units = {operation.unit_type == free_of_charge ? 0 : 1};
    return call;
  }
  return no_such_route();
}

}  // namespace fairway
