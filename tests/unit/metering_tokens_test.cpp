#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "shared/metering/token_pieces.h"
#include "shared/metering/tokens.h"

using namespace fairway;
using Pieces = std::vector<std::string>;

namespace {

std::string little_endian(uint32_t number, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += char(number >> (8 * i));
  return bytes;
}

// Every byte, and after them these tokens in the order of their ranks.
std::string vocabulary(const std::vector<std::string>& tokens) {
  std::map<size_t, std::map<std::string, uint32_t>> by_size;
  for (uint32_t byte = 0; byte < 256; ++byte) by_size[1][std::string(1, char(byte))] = byte;
  uint32_t rank = 256;
  for (const std::string& token : tokens) by_size[token.size()][token] = rank++;
  std::string bytes = "fwranks1" + little_endian(uint32_t(TokenEncoding::o200k_base), 4);
  std::string groups;
  for (size_t size = 1; size <= TokenRanks::token_bytes_max; ++size) {
    bytes += little_endian(uint32_t(by_size[size].size()), 4);
    // std::string compares bytes as unsigned, like memcmp.
    for (const auto& [token, number] : by_size[size]) groups += token;
    for (const auto& [token, number] : by_size[size]) groups += little_endian(number, 3);
  }
  return bytes + groups;
}

TokenRanks ranks_with(const std::vector<std::string>& tokens) {
  auto ranks = TokenRanks::open(vocabulary(tokens));
  REQUIRE(ranks.ok());
  return *ranks;
}

Pieces pieces(TokenEncoding encoding, std::string_view text) {
  Pieces found;
  while (!text.empty()) {
    size_t size = piece_size(encoding, text);
    REQUIRE(size > 0);
    found.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return found;
}

Pieces o200k(std::string_view text) { return pieces(TokenEncoding::o200k_base, text); }
Pieces cl100k(std::string_view text) { return pieces(TokenEncoding::cl100k_base, text); }

}  // namespace

TEST_CASE("o200k_base splits before capitals, cl100k_base does not") {
  CHECK(o200k("getElementById HTTPServer") == Pieces{"get", "Element", "By", "Id", " HTTPServer"});
  CHECK(cl100k("getElementById HTTPServer") == Pieces{"getElementById", " HTTPServer"});
  CHECK(o200k("中ABC ABC中x") == Pieces{"中", "ABC", " ABC中x"});
  CHECK(o200k("\u0301ABC (abc") == Pieces{"\u0301", "ABC", " (", "abc"});
  CHECK(o200k("(abc") == Pieces{"(abc"});
  CHECK(o200k("ĀāĂă") == Pieces{"Āā", "Ăă"});
  CHECK(o200k("12345 x") == Pieces{"123", "45", " x"});
}

TEST_CASE("contractions belong to their word, or stand alone") {
  CHECK(o200k("don't I'VE 'store") == Pieces{"don't", " I'VE", " '", "store"});
  CHECK(cl100k("don't I'VE") == Pieces{"don", "'t", " I", "'VE"});
  CHECK(cl100k("'store") == Pieces{"'s", "tore"});
  CHECK(o200k("'store l'") == Pieces{"'store", " l", "'"});
}

TEST_CASE("white space leaves its last character to what follows") {
  CHECK(o200k("a   b") == Pieces{"a", "  ", " b"});
  CHECK(o200k("a \n \n  b\n\n") == Pieces{"a", " \n \n", " ", " b", "\n\n"});
  CHECK(o200k("a \n ") == Pieces{"a", " \n", " "});
  CHECK(cl100k("a \n ") == Pieces{"a", " \n "});
  CHECK(o200k("!?\n/\n x") == Pieces{"!?\n/\n", " x"});
  CHECK(cl100k("!?\n/\n x") == Pieces{"!?\n", "/\n", " x"});
  CHECK(o200k("\u0085\u0085a\ufeffb") == Pieces{"\u0085", "\u0085a", "\ufeffb"});
}

TEST_CASE("the pair of the lowest rank is merged first, and of those the first") {
  TokenRanks ranks = ranks_with({"bc", "ab", "aa", "abc", "aaaa"});
  CHECK(encode_tokens(ranks, "abc") == std::vector<uint32_t>{259});
  CHECK(encode_tokens(ranks, "abcb") == std::vector<uint32_t>{259, 'b'});
  CHECK(encode_tokens(ranks, "aab") == std::vector<uint32_t>{'a', 257});
  CHECK(encode_tokens(ranks, "aaaaaaa") == std::vector<uint32_t>{260, 258, 'a'});
  CHECK(encode_tokens(ranks, "") == std::vector<uint32_t>{});
  CHECK(count_tokens(ranks, "aaa\xff") == 2 + 3);  // the last becomes U+FFFD
}

TEST_CASE("a piece beyond the limit is cut between characters, and nothing is lost") {
  TokenRanks ranks = ranks_with({"aa", "aaaa"});
  std::string text(100'000, 'a');
  CHECK(count_tokens(ranks, text) == 25'000);
  std::string wide;
  for (int i = 0; i < 30'000; ++i) wide += "漢";
  CHECK(count_tokens(ranks, wide) == 90'000);
}

TEST_CASE("what is no vocabulary is refused") {
  std::string whole = vocabulary({"ab"});
  CHECK(TokenRanks::open(whole).ok());
  std::string wrong_mark = whole;
  wrong_mark[0] = 'x';
  std::string wrong_encoding = whole;
  wrong_encoding[8] = 2;
  std::string too_many = whole;
  too_many[12 + 4 + 3] = char(0xff);
  for (const std::string& bytes :
       {std::string(), whole.substr(0, 100), whole.substr(0, whole.size() - 1), whole + "x",
        wrong_mark, wrong_encoding, too_many}) {
    auto ranks = TokenRanks::open(bytes);
    REQUIRE(!ranks.ok());
    CHECK(ranks.failure().code == "invalid_token_ranks");
  }
}

TEST_CASE("models have the encoding of their generation") {
  CHECK(token_encoding_of("gpt-4-turbo") == TokenEncoding::cl100k_base);
  CHECK(token_encoding_of("gpt-3.5-turbo") == TokenEncoding::cl100k_base);
  CHECK(token_encoding_of("text-embedding-3-small") == TokenEncoding::cl100k_base);
  CHECK(token_encoding_of("gpt-4o-mini") == TokenEncoding::o200k_base);
  CHECK(token_encoding_of("gpt-4.1") == TokenEncoding::o200k_base);
  CHECK(token_encoding_of("o3") == TokenEncoding::o200k_base);
  CHECK(token_encoding_of("gpt-6.1-sol") == TokenEncoding::o200k_base);
}
