#include <doctest/doctest.h>

#include <array>

#include "shared/base/text.h"
#include "shared/transform/javascript.h"

using namespace fairway;

namespace {

// The tokens' texts with a bar between them.
std::string tokens_of(std::string_view source) {
  const auto tokens = read_tokens(source);
  if (!tokens.ok()) return tokens.failure().message;
  std::vector<std::string> texts;
  const TokenText text(source, *tokens);
  for (size_t i = 0; i < text.size(); ++i) texts.emplace_back(text.text(i));
  return join(texts, "|");
}

size_t count_of(std::string_view source, ScriptTokenKind kind) {
  const auto tokens = read_tokens(source);
  REQUIRE(tokens.ok());
  size_t count = 0;
  for (const ScriptToken& token : *tokens) count += token.kind == kind ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("tokens: words, numbers, strings, comments") {
  CHECK(tokens_of("") == "");
  CHECK(tokens_of("const a = 1; // process.env.X\n/* 'b' */ c") == "const|a|=|1|;|c");
  CHECK(tokens_of("'it\\'s' + \"a\\\"b\" + 'x\\\ny'") == "'it\\'s'|+|\"a\\\"b\"|+|'x\\\ny'");
  CHECK(tokens_of("1e+5 + 0x1F.a + .5 + 1_000n") == "1e+5|+|0x1F.a|+|.5|+|1_000n");
  CHECK(tokens_of("#!/usr/bin/env node\na?.b ?.5:1 => ...c") == "a|?.|b|?|.5|:|1|=>|...|c");
  CHECK(tokens_of("\xEF\xBB\xBFlet\xC2\xA0größe\xE2\x80\xA8= this.#x") == "let|größe|=|this|.|#x");
}

TEST_CASE("tokens: templates nest, and their code is code") {
  CHECK(tokens_of("`a`") == "`a`");
  CHECK(tokens_of("`a${b}c`") == "`a${|b|}c`");
  CHECK(tokens_of("`${`${'}'}`}` + {}") == "`${|`${|'}'|}`|}`|+|{|}");
  CHECK(tokens_of("`\\` \\${ $ {`") == "`\\` \\${ $ {`");
  CHECK(tokens_of("`${{a: 1}.a}x${b}`") == "`${|{|a|:|1|}|.|a|}x${|b|}`");
}

TEST_CASE("tokens: a slash divides or begins a regular expression") {
  CHECK(count_of("a / b / c", ScriptTokenKind::regex) == 0);
  CHECK(count_of("x = /a/g.test(y)", ScriptTokenKind::regex) == 1);
  CHECK(count_of("return /[/'\"`]/", ScriptTokenKind::regex) == 1);
  CHECK(count_of("if (a) /b/.test(c); (a) / b / c", ScriptTokenKind::regex) == 1);
  CHECK(count_of("a++ / b / 2; a = ++/b/.lastIndex", ScriptTokenKind::regex) == 1);
  CHECK(count_of("f(/\\//, 4 / 2)", ScriptTokenKind::regex) == 1);
  CHECK(count_of("const o = { a: 1 } / 2 / 3", ScriptTokenKind::regex) == 0);
  CHECK(count_of("{ let a; } /b/.test(c)", ScriptTokenKind::regex) == 1);
  CHECK(count_of("x.return / 2 / 1", ScriptTokenKind::regex) == 0);
  CHECK(count_of("x = function () {} / 2", ScriptTokenKind::regex) == 0);
  CHECK(count_of("`${a}` / 2 / 1", ScriptTokenKind::regex) == 0);
  CHECK(count_of("a[0] / b[1] / 2", ScriptTokenKind::regex) == 0);
}

TEST_CASE("tokens: what has no end is told with its line") {
  CHECK(tokens_of("a\n'b") == "line 2: a string has no end");
  CHECK(tokens_of("'b\nc'") == "line 1: a string has no end");
  CHECK(tokens_of("\n\n`a${b") == "line 3: a template has no end");
  CHECK(tokens_of("`a") == "line 1: a template has no end");
  CHECK(tokens_of("/* a") == "line 1: a comment has no end");
  CHECK(tokens_of("f(") == "line 1: a bracket has no end");
  CHECK(tokens_of("f(]") == "line 1: a \"]\" closes nothing");
  CHECK(tokens_of("}") == "line 1: a \"}\" closes nothing");
  CHECK(tokens_of("'a\\") == "line 1: a string has no end");
}

TEST_CASE("tokens: lines, closing brackets, free words, string values") {
  const std::string_view source = "f(a, [b, `${c}`],\n{ d })\n.process; process; 'x\\ny' `z`";
  const auto tokens = read_tokens(source);
  REQUIRE(tokens.ok());
  const TokenText text(source, *tokens);
  CHECK(text.text(text.closing(1)) == ")");
  CHECK(text.at(text.closing(1)).line == 2);
  size_t free_words = 0;
  for (size_t i = 0; i < text.size(); ++i) free_words += text.is_free_word(i, "process") ? 1 : 0;
  CHECK(free_words == 1);
  CHECK(!text.string_value(text.size() - 2).has_value());
  CHECK(text.string_value(text.size() - 1) == "z");
  CHECK(text.text(text.size() + 5).empty());
}

TEST_CASE("tokens: any bytes are read to an end, in order, without overlap") {
  uint64_t state = 20'261'123;
  auto dice = [&state] {
    state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    return uint32_t(state >> 33);
  };
  constexpr std::array pieces = std::to_array<std::string_view>({"`",
                                                                 "${",
                                                                 "}",
                                                                 "{",
                                                                 "(",
                                                                 ")",
                                                                 "[",
                                                                 "]",
                                                                 "/",
                                                                 "\\",
                                                                 "'",
                                                                 "\"",
                                                                 "*",
                                                                 "/*",
                                                                 "*/",
                                                                 "//",
                                                                 "\n",
                                                                 "import",
                                                                 "from",
                                                                 "export",
                                                                 "process.env.A",
                                                                 "=",
                                                                 "?.",
                                                                 ".",
                                                                 "return",
                                                                 "\xE2\x80\xA8",
                                                                 "\xFF",
                                                                 "1e",
                                                                 "++",
                                                                 "=>",
                                                                 "a",
                                                                 ";",
                                                                 "#",
                                                                 std::string_view("\0", 1)});
  for (int round = 0; round < 3000; ++round) {
    std::string source;
    for (uint32_t i = dice() % 40; i > 0; --i) {
      if (dice() % 5 == 0) {
        source += char(dice());
      } else {
        source += pieces[dice() % pieces.size()];
      }
    }
    const auto tokens = read_tokens(source);
    if (!tokens.ok()) continue;
    uint32_t end = 0;
    for (const ScriptToken& token : *tokens) {
      REQUIRE(token.begin >= end);
      REQUIRE(token.end > token.begin);
      end = token.end;
    }
    REQUIRE(end <= source.size());
  }
}
