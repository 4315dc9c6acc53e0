#include "shared/base/money.h"

#include "shared/base/outcome.h"
#include "shared/base/text.h"

namespace fairway {

std::string price_text(int64_t amount_nanos) {
  FAIRWAY_ASSERT(amount_nanos >= 0);
  if (amount_nanos == 0) return "Free";
  int64_t cents = (amount_nanos + nanos_per_cent / 2) / nanos_per_cent;
  std::string rest = decimal(cents % 100);
  return cat({"$", grouped(cents / 100), ".", rest.size() == 1 ? "0" : "", rest});
}

}  // namespace fairway
