// Envelopes: what opens them and, above all, what does not.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/secrets/secrets.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

const SealPlace home{"ann", "project_variables", "sealed_value", "shop/STRIPE_KEY"};

std::string key_of(std::string_view id, char filling) {
  return cat({id, ":", base64(std::string(32, filling))});
}

std::string sealed_in(TestHost& lab, std::string text) {
  auto sealed = lab.run(seal(lab.host, home, std::move(text)));
  REQUIRE(sealed.ok());
  return *sealed;
}

std::string opening(TestHost& lab, SealPlace place, std::string sealed) {
  return code_of(lab.run(unseal(lab.host, std::move(place), std::move(sealed))));
}

TEST_CASE("What is sealed opens at its own place, whatever bytes it has") {
  TestHost lab;
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += char(byte);
  for (const std::string& text : {std::string(), std::string("a"), std::string("ключ=🔑.,:|"),
                                  every_byte, std::string(40'000, 'x')}) {
    std::string sealed = sealed_in(lab, text);
    auto opened = lab.run(unseal(lab.host, home, sealed));
    REQUIRE(opened.ok());
    CHECK(*opened == text);
  }
}

TEST_CASE("The envelope shows its form and its key's id, and nothing of the text") {
  TestHost lab;
  std::string sealed = sealed_in(lab, "correct horse battery staple");
  auto parts = split(sealed, '.');
  REQUIRE(parts.size() == 6);
  CHECK(parts[0] == "s1");
  CHECK(parts[1] == "k1");
  CHECK(from_base64(parts[2])->size() == 12);
  CHECK(from_base64(parts[3])->size() == 32 + 16);
  CHECK(from_base64(parts[4])->size() == 12);
  CHECK(from_base64(parts[5])->size() == 28 + 16);
  CHECK(sealed.find("horse") == std::string::npos);
  CHECK(sealed.find(base64("correct horse")) == std::string::npos);
}

TEST_CASE("Sealing the same text twice gives two envelopes with nothing in common") {
  TestHost lab;
  std::string first = sealed_in(lab, "same"), second = sealed_in(lab, "same");
  auto one = split(first, '.'), other = split(second, '.');
  for (size_t part = 2; part < 6; ++part) CHECK(one[part] != other[part]);
}

TEST_CASE("A value copied to another account, table, column or row does not open") {
  TestHost lab;
  std::string sealed = sealed_in(lab, "secret");
  CHECK(opening(lab, home, sealed) == "");
  CHECK(opening(lab, {"bob", home.table, home.column, home.row}, sealed) == "seal_broken");
  CHECK(opening(lab, {home.account, "deployed_apps", home.column, home.row}, sealed) ==
        "seal_broken");
  CHECK(opening(lab, {home.account, home.table, "name", home.row}, sealed) == "seal_broken");
  CHECK(opening(lab, {home.account, home.table, home.column, "shop/OTHER"}, sealed) ==
        "seal_broken");
}

TEST_CASE("Places whose parts only join to the same text are different places") {
  TestHost lab;
  auto sealed = lab.run(seal(lab.host, {"a", "b", "c", "d"}, "secret"));
  CHECK(opening(lab, {"a", "b", "c", "d"}, *sealed) == "");
  CHECK(opening(lab, {"ab", "", "c", "d"}, *sealed) == "seal_broken");
  CHECK(opening(lab, {"a|1:b", "", "c", "d"}, *sealed) == "seal_broken");
  CHECK(opening(lab, {"a", "b", "cd", ""}, *sealed) == "seal_broken");
}

TEST_CASE("One changed bit at any position of an envelope keeps it closed") {
  TestHost lab;
  const std::string sealed = sealed_in(lab, "sk_live_1");
  for (size_t at = 0; at < sealed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = sealed;
      changed[at] = char(changed[at] ^ 1 << bit);
      std::string code = opening(lab, home, changed);
      bool is_refused = code == "seal_broken" || code == "encryption_key_missing";
      CHECK_MESSAGE(is_refused, "position ", at, ", bit ", bit, ": ", code);
    }
  }
}

TEST_CASE("Cut, doubled and foreign texts are refused in words") {
  TestHost lab;
  const std::string sealed = sealed_in(lab, "sk_live1");  // no padding, which may be left out
  for (size_t size = 0; size < sealed.size(); ++size) {
    CHECK(opening(lab, home, sealed.substr(0, size)) == "seal_broken");
  }
  for (const char* text : {"", ".", ".....", "s2.k1.a.b.c.d", "s1.k1....", "s1.k1.A.A.A.A"}) {
    CHECK(opening(lab, home, text) == "seal_broken");
  }
  CHECK(opening(lab, home, sealed + ".") == "seal_broken");
  CHECK(opening(lab, home, sealed + sealed) == "seal_broken");
  auto failure = lab.run(unseal(lab.host, home, "not sealed at all")).failure();
  CHECK(failure.reaction == Reaction::report_bug);
  CHECK(failure.message.find("not sealed at all") == std::string::npos);
  CHECK(failure.hint.find("Enter the value again") != std::string::npos);
}

TEST_CASE("Halves of two envelopes do not make a third") {
  TestHost lab;
  std::string first = sealed_in(lab, "first"), second = sealed_in(lab, "other");
  auto one = split(first, '.'), other = split(second, '.');
  auto joined = [](const std::vector<std::string_view>& parts) {
    return join({parts.begin(), parts.end()}, ".");
  };
  auto mixed = one;
  mixed[2] = other[2], mixed[3] = other[3];
  CHECK(opening(lab, home, joined(mixed)) == "seal_broken");
  mixed = one;
  std::swap(mixed[2], mixed[4]), std::swap(mixed[3], mixed[5]);
  CHECK(opening(lab, home, joined(mixed)) == "seal_broken");
}

TEST_CASE("Rotation: the newest key seals, every listed key opens, an unlisted one is named") {
  TestHost lab;
  lab.settings.credentials_encryption_key = key_of("old", 'o');
  std::string before = sealed_in(lab, "before");
  lab.settings.credentials_encryption_key = key_of("new", 'n') + "," + key_of("old", 'o');
  std::string after = sealed_in(lab, "after");
  CHECK(before.starts_with("s1.old."));
  CHECK(after.starts_with("s1.new."));
  CHECK(*lab.run(unseal(lab.host, home, before)) == "before");
  CHECK(*lab.run(unseal(lab.host, home, after)) == "after");

  lab.settings.credentials_encryption_key = key_of("new", 'n');
  auto refused = lab.run(unseal(lab.host, home, before));
  CHECK(code_of(refused) == "encryption_key_missing");
  CHECK(refused.failure().message.find("old") != std::string::npos);
  CHECK(*lab.run(unseal(lab.host, home, after)) == "after");
}

TEST_CASE("Another key under the same id does not open, nor does the same key under another id") {
  TestHost lab;
  std::string sealed = sealed_in(lab, "secret");
  lab.settings.credentials_encryption_key = key_of("k1", 'x');
  CHECK(opening(lab, home, sealed) == "seal_broken");
  lab.settings.credentials_encryption_key = key_of("k2", 'k');
  std::string renamed = sealed;
  renamed[4] = '2';
  CHECK(opening(lab, home, renamed) == "seal_broken");
}

TEST_CASE("Without a usable key nothing is sealed, and the operator is told") {
  TestHost lab;
  for (const char* keys : {"", "k1", "k1:", "k1:too-short", "k1:????", ","}) {
    lab.settings.credentials_encryption_key = keys;
    auto sealed = lab.run(seal(lab.host, home, "secret"));
    CHECK(code_of(sealed) == "no_encryption_key");
    CHECK(sealed.failure().hint.find("CREDENTIALS_ENCRYPTION_KEY") != std::string::npos);
  }
}

// A key id that could not be read back out of an envelope must not seal one.
TEST_CASE("Whatever key ids the operator chose: what was sealed with them opens") {
  TestHost lab;
  for (const char* id : {"2026.1", "", "k 1", "a:b"}) {
    lab.settings.credentials_encryption_key = key_of(id, 'k') + "," + key_of("k0", 'z');
    auto sealed = lab.run(seal(lab.host, home, "secret"));
    REQUIRE(sealed.ok());
    CHECK_MESSAGE(opening(lab, home, *sealed) == "", id);
  }
  lab.settings.credentials_encryption_key = key_of("k1", 'a') + "," + key_of("k1", 'b');
  CHECK_MESSAGE(opening(lab, home, sealed_in(lab, "secret")) == "", "the same id twice");
}

}  // namespace
