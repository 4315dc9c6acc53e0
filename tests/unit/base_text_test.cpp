// Words, numbers, names, money, time: small functions at their edges.
#include <doctest/doctest.h>

#include <limits>

#include "shared/base/hash.h"
#include "shared/base/id.h"
#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/base/time.h"

namespace {

using namespace fairway;

constexpr int64_t most = std::numeric_limits<int64_t>::max();
constexpr int64_t least = std::numeric_limits<int64_t>::min();

TEST_CASE("Split, join, trim, replace") {
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split(",a,,b,", ',') == std::vector<std::string_view>{"", "a", "", "b", ""});
  CHECK(join({}, ", ") == "");
  CHECK(join({"a", "b"}, ", ") == "a, b");
  CHECK(join({"a", "", "b"}, ",") == "a,,b");
  CHECK(join({"", "a"}, ",") == ",a");
  CHECK(trim(" \t\r\n a b \v\f") == "a b");
  CHECK(trim(" \n ") == "");
  CHECK(lower_ascii("AZaz[Ü") == "azaz[Ü");
  CHECK(replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(replace_all("abab", "ab", "") == "");
  CHECK(replace_all("aaa", "aa", "b") == "ba");
  CHECK(replace_all("abc", "x", "y") == "abc");
  CHECK(replace_all("abc", "", "y") == "abc");
}

TEST_CASE("Numbers: decimal, grouped, read back") {
  CHECK(decimal(0) == "0");
  CHECK(decimal(least) == "-9223372036854775808");
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'000) == "1,000");
  CHECK(grouped(-1'000) == "-1,000");
  CHECK(grouped(-999) == "-999");
  CHECK(grouped(most) == "9,223,372,036,854,775,807");
  CHECK(grouped(least) == "-9,223,372,036,854,775,808");
  for (int64_t number : {int64_t{0}, int64_t{-1}, most, least}) {
    CHECK(parse_decimal(decimal(number)) == number);
  }
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "9223372036854775808",
                           "-9223372036854775809", "١"}) {
    CHECK_MESSAGE(!parse_decimal(text), text);
  }
  CHECK(counted(1, "row", "rows") == "1 row");
  CHECK(counted(0, "row", "rows") == "0 rows");
  CHECK(counted(12'840, "row", "rows") == "12,840 rows");
}

TEST_CASE("Prices are rounded half up to the cent, in whole numbers, however large") {
  CHECK(price_text(0) == "Free");
  CHECK(price_text(1) == "$0.00");
  CHECK(price_text(nanos_per_cent / 2 - 1) == "$0.00");
  CHECK(price_text(nanos_per_cent / 2) == "$0.01");
  CHECK(price_text(nanos_per_cent * 3 / 2) == "$0.02");
  CHECK(price_text(10 * nanos_per_cent) == "$0.10");
  CHECK(price_text(nanos_per_dollar - 1) == "$1.00");
  CHECK(price_text(12'345 * nanos_per_dollar + 99 * nanos_per_cent) == "$12,345.99");
  CHECK(price_text(most) == "$9,223,372,036.85");
}

TEST_CASE("Instants: leap years, centuries, and time before 1970") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(-1) == "1969-12-31T23:59:59Z");
  CHECK(utc_text(-day_ms) == "1969-12-31T00:00:00Z");
  CHECK(utc_text(951'782'399'999) == "2000-02-28T23:59:59Z");
  CHECK(utc_text(951'782'400'000) == "2000-02-29T00:00:00Z");
  CHECK(utc_text(951'868'800'000) == "2000-03-01T00:00:00Z");
  CHECK(utc_text(1'709'164'800'000) == "2024-02-29T00:00:00Z");
  CHECK(utc_text(1'740'787'199'000) == "2025-02-28T23:59:59Z");
  CHECK(utc_text(1'740'787'200'000) == "2025-03-01T00:00:00Z");
  CHECK(utc_text(4'107'542'400'000) == "2100-03-01T00:00:00Z");
  CHECK(utc_text(4'107'542'399'999) == "2100-02-28T23:59:59Z");
  CHECK(utc_text(1'795'423'200'000) == "2026-11-23T08:40:00Z");
}

TEST_CASE("Spans and how long ago: each step of the scale") {
  CHECK(span_text(0) == "0.0 s");
  CHECK(span_text(449) == "0.4 s");
  CHECK(span_text(9'999) == "9.9 s");
  CHECK(span_text(10'000) == "10 s");
  CHECK(span_text(59'999) == "59 s");
  CHECK(span_text(60'000) == "1 min 0 s");
  CHECK(span_text(125'000) == "2 min 5 s");
  CHECK(span_text(-12'345) == "0.0 s");  // two machines' clocks
  int64_t now_ms = 1'795'423'200'000;
  CHECK(ago_text(now_ms + hour_ms, now_ms) == "just now");
  CHECK(ago_text(now_ms - minute_ms + 1, now_ms) == "just now");
  CHECK(ago_text(now_ms - minute_ms, now_ms) == "1 min ago");
  CHECK(ago_text(now_ms - hour_ms, now_ms) == "1 h ago");
  CHECK(ago_text(now_ms - day_ms, now_ms) == "1 day ago");
  CHECK(ago_text(now_ms - 59 * day_ms, now_ms) == "59 days ago");
  CHECK(ago_text(now_ms - 60 * day_ms, now_ms) == "2026-09-24");
}

// The BLAKE3 team's test_vectors.json: the input's bytes count 0 to 250 again and again.
TEST_CASE("BLAKE3: known answers, in one piece and in many") {
  const std::pair<size_t, std::string_view> vectors[] = {
      {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
      {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
      {63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b"},
      {64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98"},
      {65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee"},
      {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
      {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
      {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
      {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"},
      {8192, "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63"},
      {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
      {102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"}};
  for (const auto& [size, digest] : vectors) {
    std::string input(size, '\0');
    for (size_t i = 0; i < size; ++i) input[i] = char(i % 251);
    CHECK(blake3_hex(input, 64) == digest);
    Blake3 pieces;
    for (size_t at = 0, step = 1; at < size; at += step, step = step * 3 % 257 + 1) {
      pieces.add(std::string_view(input).substr(at, step));
    }
    CHECK(hex(pieces.digest()) == digest);
    CHECK(hex(pieces.digest(5)) == digest.substr(0, 10));
  }
  CHECK(blake3_hex("", 7) == "af1349b");
}

TEST_CASE("Ids: a word and 26 digits that carry 130 bits") {
  CHECK(make_id("dep", std::string(17, '\0')) == "dep_" + std::string(26, '0'));
  CHECK(make_id("dep", std::string(17, '\xff')) == "dep_" + std::string(26, 'z'));
  std::string random(17, '\0');
  std::vector<std::string> made = {make_id("dep", random)};
  for (size_t bit = 0; bit < 130; ++bit) {
    std::string changed = random;
    changed[bit / 8] = char(changed[bit / 8] ^ 0x80 >> bit % 8);
    for (const auto& other : made) CHECK(make_id("dep", changed) != other);
    made.push_back(make_id("dep", changed));
  }
  for (const char* id : {"abcd", "a-b-", "0000"}) CHECK(is_project_id(id));
  CHECK(is_project_id(std::string(64, 'a')));
  CHECK(!is_project_id(std::string(65, 'a')));
  for (const char* id : {"", "abc", "ABCD", "ab_d", "ab/d", "ab.d", "ab d", "äbcd"}) {
    CHECK_MESSAGE(!is_project_id(id), id);
  }
}

TEST_CASE("Slugs are names for hosts, whatever people type") {
  CHECK(slug("Café Zürich!", 32) == "cafe-zurich");
  CHECK(slug("Straße Ærø", 32) == "strasse-aero");
  CHECK(slug("  --Hello,   World--  ", 32) == "hello-world");
  CHECK(slug("日本語", 32) == "app");
  CHECK(slug("", 32) == "app");
  CHECK(slug("日本 shop", 32) == "shop");
  CHECK(slug("abc def", 4) == "abc");
  CHECK(slug("\xC3", 32) == "app");
  CHECK(slug("a\xC3(b", 32).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
        std::string::npos);
}

}  // namespace
