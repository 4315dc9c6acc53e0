#include <doctest/doctest.h>

#include <string>

#include "shared/metering/metering.h"

using namespace fairway;

namespace {

std::string times(int count, std::string_view text) {
  std::string whole;
  for (int i = 0; i < count; ++i) whole += text;
  return whole;
}

void check(std::string_view text, std::string_view encoding, int32_t units, int32_t segments) {
  SmsSize size = measure_sms(text);
  CAPTURE(text);
  CHECK(size.encoding == encoding);
  CHECK(size.units == units);
  CHECK(size.segments == segments);
}

}  // namespace

TEST_CASE("a message of the GSM alphabet has 160 septets, or 153 in each of several") {
  check("", "GSM-7", 0, 1);
  check("Hello @ £5 Öl ΔΩ\r\n", "GSM-7", 18, 1);
  check(times(160, "a"), "GSM-7", 160, 1);
  check(times(161, "a"), "GSM-7", 161, 2);
  check(times(306, "a"), "GSM-7", 306, 2);
  check(times(307, "a"), "GSM-7", 307, 3);
  check("[]{}\\^~|€\f", "GSM-7", 20, 1);
  check(times(80, "€"), "GSM-7", 160, 1);
  check(times(81, "€"), "GSM-7", 162, 2);
}

TEST_CASE("an escaped character does not straddle two segments") {
  check(times(152, "a") + "€" + times(152, "b"), "GSM-7", 306, 3);
  check(times(153, "a") + "€" + times(151, "b"), "GSM-7", 306, 2);
  check(times(158, "a") + "€", "GSM-7", 160, 1);
}

TEST_CASE("a character that no segment can hold takes as many as it needs") {
  check("a" + times(1599, "\xcc\x81"), "UCS-2", 1600, 24);
  check(times(60, "b") + "a" + times(99, "\xcc\x81"), "UCS-2", 160, 3);
}

TEST_CASE("one character beyond the alphabet makes the message UCS-2") {
  check("`", "UCS-2", 1, 1);
  check("Á", "UCS-2", 1, 1);
  check("\t", "UCS-2", 1, 1);
  check(std::string_view("\0", 1), "UCS-2", 1, 1);
  check("{}\xe2\x80\x99", "UCS-2", 3, 1);  // a typographic apostrophe; nothing is escaped here
  check(times(70, "я"), "UCS-2", 70, 1);
  check(times(71, "я"), "UCS-2", 71, 2);
  check(times(134, "я"), "UCS-2", 134, 2);
  check(times(135, "я"), "UCS-2", 135, 3);
}

TEST_CASE("a surrogate pair does not straddle two segments") {
  check(times(35, "😀"), "UCS-2", 70, 1);
  check(times(36, "😀"), "UCS-2", 72, 2);
  check(times(66, "😀"), "UCS-2", 132, 2);
  check(times(67, "😀"), "UCS-2", 134, 3);
}

TEST_CASE("what people see as one character does not straddle two segments") {
  check(times(69, "я") + "e\u0301", "UCS-2", 71, 2);
  check(times(66, "я") + "e\u0301" + times(66, "я"), "UCS-2", 134, 3);
  check(times(66, "я") + "ee" + times(66, "я"), "UCS-2", 134, 2);
  check(times(64, "я") + "👍🏽" + times(66, "я"), "UCS-2", 134, 3);
  check(times(60, "я") + "👨‍👩‍👧" + times(66, "я"), "UCS-2", 134, 3);
  check(times(65, "я") + "🇩🇪" + times(65, "я"), "UCS-2", 134, 3);
  check(times(65, "я") + "😀🇩" + times(65, "я"), "UCS-2", 134, 2);
  check(times(66, "я") + "가\u11a8" + times(66, "я"), "UCS-2", 134, 3);
  check(times(66, "я") + "각가" + times(66, "я"), "UCS-2", 134, 2);
}

TEST_CASE("bytes that are no UTF-8 count as one character each") {
  check("a\xff\xfe", "UCS-2", 3, 1);
  check(times(71, "\xff"), "UCS-2", 71, 2);
}
