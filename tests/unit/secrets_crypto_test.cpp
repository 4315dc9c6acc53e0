// The tests' own cryptography against published vectors: what other tests prove with it holds.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

std::string raw(std::string_view text) {
  auto bytes = from_hex(text);
  REQUIRE(bytes.has_value());
  return *bytes;
}

TEST_CASE("SHA-256 and HMAC: FIPS 180-4 and RFC 4231") {
  TestHost lab;
  auto sha256 = [&](std::string text) { return hex(*lab.run(lab.crypto.sha256(std::move(text)))); };
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  auto hmac = [&](std::string key, std::string text) {
    return hex(*lab.run(lab.crypto.hmac_sha256(std::move(key), std::move(text))));
  };
  CHECK(hmac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac(std::string(131, char(0xaa)),
             "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

struct GcmVector {
  std::string_view key, nonce, additional, text, sealed;
};

// "The Galois/Counter Mode of Operation" (McGrew and Viega, submitted to NIST), test cases 13
// to 16.
constexpr GcmVector gcm_vectors[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST_CASE("AES-256-GCM: NIST's test cases seal and open") {
  TestHost lab;
  for (const auto& one : gcm_vectors) {
    auto sealed =
        lab.run(lab.crypto.seal(raw(one.key), raw(one.nonce), raw(one.additional), raw(one.text)));
    CHECK(hex(*sealed) == one.sealed);
    auto opened = lab.run(
        lab.crypto.open(raw(one.key), raw(one.nonce), raw(one.additional), raw(one.sealed)));
    CHECK(hex(*opened) == one.text);
    auto elsewhere =
        lab.run(lab.crypto.open(raw(one.key), raw(one.nonce), "elsewhere", raw(one.sealed)));
    CHECK(code_of(elsewhere) == "seal_broken");
  }
}

// RFC 6979, A.2.5: key, "sample" with SHA-256.
constexpr std::string_view p256_secret =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view p256_x =
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr std::string_view p256_y =
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view p256_once =
    "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60";
constexpr std::string_view p256_signature =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

TEST_CASE("ECDSA P-256: RFC 6979's example signs and verifies") {
  TestHost lab;
  auto key = p256_public_key(raw(p256_secret));
  CHECK(hex(key.x) == p256_x);
  CHECK(hex(key.y) == p256_y);
  CHECK(hex(es256_sign(raw(p256_secret), raw(p256_once), "sample")) == p256_signature);
  auto verdict = [&](Crypto::P256PublicKey with, std::string signature, std::string text) {
    return *lab.run(
        lab.crypto.es256_verify(std::move(with), std::move(signature), std::move(text)));
  };
  CHECK(verdict(key, raw(p256_signature), "sample") == Crypto::Verdict::valid);
  CHECK(verdict(key, raw(p256_signature), "simple") == Crypto::Verdict::invalid);
  std::string changed = raw(p256_signature);
  changed[40] ^= 1;
  CHECK(verdict(key, changed, "sample") == Crypto::Verdict::invalid);
  CHECK(verdict(key, std::string(64, '\0'), "sample") == Crypto::Verdict::invalid);
  CHECK(verdict({key.y, key.x}, raw(p256_signature), "sample") == Crypto::Verdict::invalid);
}

}  // namespace
