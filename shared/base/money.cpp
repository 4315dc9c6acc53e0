#include "shared/base/money.h"

#include "shared/base/outcome.h"
#include "shared/base/text.h"

namespace fairway {

std::string price_text(int64_t amount_nanos) {
  FAIRWAY_ASSERT(amount_nanos >= 0);
  if (amount_nanos == 0) return "Free";
  bool rounds_up = amount_nanos % nanos_per_cent >= nanos_per_cent / 2;
  int64_t cents = amount_nanos / nanos_per_cent + (rounds_up ? 1 : 0);
  std::string rest = decimal(cents % 100);
  return cat({"$", grouped(cents / 100), ".", rest.size() == 1 ? "0" : "", rest});
}

}  // namespace fairway
