// Hex, base64, percent encoding and UTF-8, at their edges.
#include <doctest/doctest.h>

#include "shared/base/text.h"

namespace {

using namespace fairway;

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += char(byte);
  return bytes;
}

TEST_CASE("Hex: both cases in, lower case out, pairs of digits only") {
  CHECK(hex("") == "");
  CHECK(hex(std::string("\0\x7f\x80\xff", 4)) == "007f80ff");
  CHECK(from_hex(hex(all_bytes())) == all_bytes());
  CHECK(from_hex("AbCd") == "\xab\xcd");
  for (const char* text : {"0", "0g", "0x", " 00", "00 ", "-1", "+1"}) CHECK(!from_hex(text));
  CHECK(is_hex("00ff", 4));
  CHECK(!is_hex("00FF", 4));
  CHECK(!is_hex("00ff", 3));
  CHECK(!is_hex("00f", 4));
  CHECK(is_hex("", 0));
}

// RFC 4648, section 10.
TEST_CASE("Base64: the RFC's vectors, there and back, padded or not, in both alphabets") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
    CHECK(from_base64(text.substr(0, text.find('='))) == bytes);
  }
  CHECK(base64("\xfb\xff\xbf") == "+/+/");
  CHECK(from_base64("-_-_") == "\xfb\xff\xbf");
  CHECK(from_base64(base64(all_bytes())) == all_bytes());
}

TEST_CASE("Base64 that is cut, padded too much, or has bits to spare is refused") {
  for (const char* text : {"A", "AAAAA", "====", "===", "A===", "AA===", "A=AA", "=AAA", "AAA=A",
                           "AA AA", "AA\nAA", "AAA*", "\xFF\xFF\xFF\xFF"}) {
    CHECK_MESSAGE(!from_base64(text), text);
  }
  CHECK(from_base64("QQ==") == "A");
  for (const char* text : {"QR==", "QQB", "Zh", "Zm9=", "Zm9vYh"}) {
    CHECK_MESSAGE(!from_base64(text), text);  // another text of the same bytes
  }
}

TEST_CASE("Base64 of consecutive pieces joins when each has a multiple of three bytes") {
  std::string bytes = all_bytes();
  CHECK(base64(bytes.substr(0, 99)) + base64(bytes.substr(99)) == base64(bytes));
}

TEST_CASE("Percent encoding: everything but the unreserved, and back") {
  CHECK(url_encode("azAZ09-._~") == "azAZ09-._~");
  CHECK(url_encode("a b/ü?&=#%+") == "a%20b%2F%C3%BC%3F%26%3D%23%25%2B");
  CHECK(url_decode(url_encode(all_bytes())) == all_bytes());
  CHECK(url_decode("a+b%2b") == "a b+");
  CHECK(url_decode("%2F%2f") == "//");
  for (const char* text : {"%", "%2", "a%", "%zz", "%2g", "%%20", "%-1"}) {
    CHECK_MESSAGE(!url_decode(text), text);
  }
}

// Markus Kuhn's "UTF-8 decoder capability and stress test", and RFC 3629's limits.
TEST_CASE("UTF-8: first and last of each length, and everything beyond") {
  for (const std::string& text :
       {std::string(), std::string("\0", 1), std::string("\x7f"), std::string("\xc2\x80"),
        std::string("\xdf\xbf"), std::string("\xe0\xa0\x80"), std::string("\xed\x9f\xbf"),
        std::string("\xee\x80\x80"), std::string("\xef\xbf\xbf"), std::string("\xf0\x90\x80\x80"),
        std::string("\xf4\x8f\xbf\xbf"), std::string("κόσμε🚀")}) {
    CHECK_MESSAGE(is_utf8(text), hex(text));
    CHECK(to_utf8(text, 100) == text);
  }
  for (const std::string& text :
       {std::string("\x80"), std::string("\xbf"), std::string("\xc0\xaf"), std::string("\xc1\xbf"),
        std::string("\xc2"), std::string("\xc2\x41"), std::string("\xe0\x80\xaf"),
        std::string("\xe0\x9f\xbf"), std::string("\xe2\x82"), std::string("\xed\xa0\x80"),
        std::string("\xed\xbf\xbf"), std::string("\xf0\x8f\xbf\xbf"), std::string("\xf0\x90\x80"),
        std::string("\xf4\x90\x80\x80"), std::string("\xf5\x80\x80\x80"), std::string("\xfe"),
        std::string("\xff"), std::string("a\xe2\x28\xa1")}) {
    CHECK_MESSAGE(!is_utf8(text), hex(text));
    CHECK(is_utf8(to_utf8(text, 100)));
  }
}

TEST_CASE("Text is cut at characters; what is no character becomes one mark a byte") {
  CHECK(to_utf8("aü🚀", 100) == "aü🚀");
  CHECK(to_utf8("aü🚀", 6) == "aü");
  CHECK(to_utf8("aü🚀", 2) == "a");
  CHECK(to_utf8("aü🚀", 0) == "");
  CHECK(to_utf8("a\xff\xfe"
                "b",
                100) ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD"
        "b");
  CHECK(to_utf8("\xff\xff", 4) == "\xEF\xBF\xBD");
}

TEST_CASE("Comparing in constant time is comparing") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK(!equal_in_constant_time("abc", "abd"));
  CHECK(!equal_in_constant_time("abc", "ab"));
  CHECK(!equal_in_constant_time("\x80", std::string(1, '\0')));
}

}  // namespace
