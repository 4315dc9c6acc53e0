// A pasted .env, as people write them and as they do not.
#include <doctest/doctest.h>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/projects/projects.h"

namespace {

using namespace fairway;

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs variables_of(std::string_view text) {
  auto parsed = parse_environment(text);
  CHECK_MESSAGE(parsed.bad.empty(), text);
  return parsed.variables;
}

// The lines that were left out: "2: why; ".
std::string bad_of(std::string_view text) {
  std::string all;
  for (const auto& bad : parse_environment(text).bad)
    all += cat({decimal(bad.line), ": ", bad.why, "; "});
  return all;
}

TEST_CASE("Plain lines, blanks, comments, export") {
  CHECK(variables_of("") == Pairs{});
  CHECK(variables_of("\n\n  \n# nothing\n  # nothing\n") == Pairs{});
  CHECK(variables_of("A=1\nB = two words \n\tC\t=\t3") ==
        Pairs{{"A", "1"}, {"B", "two words"}, {"C", "3"}});
  CHECK(variables_of("export A=1\n  export   B=2") == Pairs{{"A", "1"}, {"B", "2"}});
  CHECK(variables_of("exported=1") == Pairs{{"exported", "1"}});
  CHECK(variables_of("A=\nB= \nC=# empty") == Pairs{{"A", ""}, {"B", ""}, {"C", ""}});
  CHECK(variables_of("A=1 # one\nB=a#b\nC=a\t#b") == Pairs{{"A", "1"}, {"B", "a#b"}, {"C", "a"}});
  CHECK(variables_of("A=postgres://u:p@h/d?x=1&y==") == Pairs{{"A", "postgres://u:p@h/d?x=1&y=="}});
  CHECK(variables_of("A=$HOME/${B}") == Pairs{{"A", "$HOME/${B}"}});
  CHECK(variables_of("_a1=it's\nB=say \"hi\"") == Pairs{{"_a1", "it's"}, {"B", "say \"hi\""}});
}

TEST_CASE("Quoted values keep blanks, # and line ends") {
  CHECK(variables_of("A=\"  x # y  \"") == Pairs{{"A", "  x # y  "}});
  CHECK(variables_of("A='a\"b' # comment\nB=\"it's\"") == Pairs{{"A", "a\"b"}, {"B", "it's"}});
  CHECK(variables_of("A=`a'b\"c`") == Pairs{{"A", "a'b\"c"}});
  CHECK(variables_of("A=\"\"\nB=''") == Pairs{{"A", ""}, {"B", ""}});
  CHECK(variables_of("KEY=\"-----BEGIN\nabc\n\ndef\n-----END\"\nB=2") ==
        Pairs{{"KEY", "-----BEGIN\nabc\n\ndef\n-----END"}, {"B", "2"}});
}

TEST_CASE("Backslashes mean something in double quotes only") {
  CHECK(variables_of(R"(A="a\nb\tc\rd\\e\"f\$g")") == Pairs{{"A", "a\nb\tc\rd\\e\"f$g"}});
  CHECK(variables_of(R"(A='a\nb\')") == Pairs{{"A", R"(a\nb\)"}});
  CHECK(variables_of(R"(A=a\nb)") == Pairs{{"A", R"(a\nb)"}});
  CHECK(variables_of("A=\"x\\\"\ny\"") == Pairs{{"A", "x\"\ny"}});
}

TEST_CASE("Windows' line ends and a byte order mark leave nothing behind") {
  CHECK(variables_of("\xEF\xBB\xBF"
                     "A=1\r\nB=\"2\"\r\n# c\r\n\r\nC='3' # d\r\n") ==
        Pairs{{"A", "1"}, {"B", "2"}, {"C", "3"}});
  CHECK(bad_of("A=1\r\nbroken\r\n") == "2: there is no = between name and value; ");
}

TEST_CASE("The last of two lines with one name counts") {
  CHECK(variables_of("A=1\nB=2\nA=3") == Pairs{{"B", "2"}, {"A", "3"}});
}

TEST_CASE("Each bad line is left out and told with its number; the others stay") {
  auto parsed = parse_environment("A=1\nnot a line\nB=2\n=3\n1C=4\nD E=5\nF=6");
  CHECK(parsed.variables == Pairs{{"A", "1"}, {"B", "2"}, {"F", "6"}});
  CHECK(bad_of("A=1\nnot a line\nB=2\n=3\n1C=4\nD E=5\nF=6") ==
        "2: there is no = between name and value; "
        "4: the name is empty or longer than 128 characters; "
        "5: 1C is no name: letters, digits and _ only; "
        "6: D E is no name: letters, digits and _ only; ");
  CHECK(bad_of("A=\"1\n2\n3\"\nB") == "4: there is no = between name and value; ");
}

TEST_CASE("A quote that is never closed costs its own line only") {
  auto parsed = parse_environment("A=\"1\nB=2\nC='3\nD=4");
  CHECK(parsed.variables == Pairs{{"B", "2"}, {"D", "4"}});
  CHECK(bad_of("A=\"1\nB=2\nC='3\nD=4") ==
        "1: the quote is never closed; 3: the quote is never closed; ");
  CHECK(bad_of("A=\"x\\") == "1: the quote is never closed; ");
  CHECK(bad_of("A=\"") == "1: the quote is never closed; ");
}

TEST_CASE("Text behind a closing quote is no comment: nothing of the value is lost in silence") {
  CHECK(parse_environment("A=\"pass\"word\"\nB=2").variables == Pairs{{"B", "2"}});
  CHECK(bad_of("A=\"pass\"word\"\nB=2") == "1: text stands behind the closing quote; ");
  CHECK(bad_of("A='a\nb' c\nB") ==
        "1: text stands behind the closing quote; 3: there is no = between name and value; ");
}

TEST_CASE("Names that Fairway or Cloudflare sets are refused") {
  for (const char* name : {"TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN", "ASSETS", "FAIRWAY_RELEASE",
                           "CF_PAGES", "CLOUDFLARE_API_TOKEN"}) {
    CHECK_MESSAGE(why_bad_name(name) != "", name);
    CHECK(parse_environment(cat({name, "=1"})).variables.empty());
  }
  for (const char* name : {"A", "_", "a_1", "TURSO", "CFG", "turso_auth_token"}) {
    CHECK_MESSAGE(why_bad_name(name) == "", name);
  }
  CHECK(why_bad_name(std::string(128, 'A')) == "");
  CHECK(why_bad_name(std::string(129, 'A')) != "");
  for (std::string name : {std::string("Ä"), std::string("A-B"), std::string("A.B"),
                           std::string("A\0B", 3), std::string("\xFF"), std::string("A\n")}) {
    CHECK(why_bad_name(name) != "");
    CHECK(is_utf8(why_bad_name(name)));
  }
}

TEST_CASE("Values have bounds: bytes, NUL, and how many there are") {
  std::string large(size_t(limits::environment_value_bytes_max), 'x');
  CHECK(variables_of("A=" + large).size() == 1);
  CHECK(bad_of("A=" + large + "x\nB=1") == "1: A is longer than 32768 bytes; ");
  CHECK(bad_of(std::string("A=a\0b", 5)) == "1: A holds a NUL character; ");

  std::string many;
  for (int64_t i = 0; i < limits::environment_variables_max; ++i)
    many += cat({"V", decimal(i), "=1\n"});
  CHECK(int64_t(variables_of(many).size()) == limits::environment_variables_max);
  CHECK(int64_t(variables_of(many + "V0=again\n").size()) == limits::environment_variables_max);
  auto parsed = parse_environment(many + "ONE=more");
  CHECK(int64_t(parsed.variables.size()) == limits::environment_variables_max);
  CHECK(bad_of(many + "ONE=more") == "201: ONE is one more than 200 variables; ");
}

TEST_CASE("Hostile text ends, in time that grows with its size") {
  for (const std::string& piece :
       {std::string("=\""), std::string("A=\""), std::string("\""), std::string("A='\n"),
        std::string("\\"), std::string("\n"), std::string("A=1\n"), std::string(1, '\0')}) {
    std::string text;
    while (text.size() < 20'000) text += piece;
    auto parsed = parse_environment(text);
    CHECK(parsed.variables.size() <= 200);
  }
}

TEST_CASE("A secret under a name that is shipped to every visitor is noticed") {
  CHECK(is_public_secret("VITE_STRIPE_SECRET_KEY"));
  CHECK(is_public_secret("NEXT_PUBLIC_API_KEY"));
  CHECK(is_public_secret("EXPO_PUBLIC_AUTH_TOKEN"));
  CHECK(!is_public_secret("STRIPE_SECRET_KEY"));
  CHECK(!is_public_secret("VITE_TITLE"));
  CHECK(!is_public_secret("MY_VITE_SECRET"));
}

}  // namespace
