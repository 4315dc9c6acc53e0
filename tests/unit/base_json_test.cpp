// JSON that others wrote: what is refused, in which words, and that nothing aborts.
#include <doctest/doctest.h>

#include "shared/base/json.h"
#include "shared/base/text.h"

namespace {

using namespace fairway;

Json parsed(std::string_view text) {
  auto json = parse_json(text);
  REQUIRE_MESSAGE(json.ok(), text);
  return *json;
}

TEST_CASE("Text that is no JSON is refused") {
  for (const std::string& text : {std::string(""),         std::string(" "),
                                  std::string("{"),        std::string("}"),
                                  std::string("[1,]"),     std::string("{\"a\":1,}"),
                                  std::string("{a:1}"),    std::string("'a'"),
                                  std::string("01"),       std::string("+1"),
                                  std::string(".5"),       std::string("1."),
                                  std::string("NaN"),      std::string("Infinity"),
                                  std::string("tru"),      std::string("// x\n1"),
                                  std::string("1 2"),      std::string("\"a\nb\""),
                                  std::string("\"\\x\""),  std::string("\"\\ud800\""),
                                  std::string("\"\xff\""), std::string("\"\xed\xa0\x80\""),
                                  std::string("\0", 1),    std::string("1\0", 2),
                                  std::string("1e999")}) {
    auto json = parse_json(text);
    REQUIRE_MESSAGE(!json.ok(), text);
    CHECK(json.failure().code == "invalid_json");
    CHECK(json.failure().reaction == Reaction::fix_input);
  }
  CHECK(parsed("\xEF\xBB\xBF 7 ") == 7);
  CHECK(parsed("\"\\u0000\\ud83d\\ude80\"") == std::string("\0🚀", 5));
}

TEST_CASE("Nesting has a limit, whatever the brackets; brackets in texts do not count") {
  auto nested = [](size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
  };
  CHECK(parse_json(nested(64, '[', ']')).ok());
  CHECK(!parse_json(nested(65, '[', ']')).ok());
  CHECK(!parse_json(std::string(5'000'000, '[')).ok());
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += "{\"a\":";
  CHECK(!parse_json(objects).ok());
  CHECK(parse_json(cat({"\"", std::string(1'000, '['), "\""})).ok());
  CHECK(parse_json(cat({R"("\")", std::string(1'000, '['), "\""})).ok());
  CHECK(!parse_json(std::string(1'000, ']')).ok());
  // Closing more than was opened must not make room for more depth.
  CHECK(!parse_json(std::string(100, ']') + std::string(150, '[')).ok());
}

TEST_CASE("The last of two members with one name counts, once") {
  Json json = parsed(R"({"a":1,"b":2,"a":3})");
  CHECK(json.size() == 2);
  CHECK(integer_or(json, "a", 0) == 3);
}

TEST_CASE("Numbers that are no integers of 64 bits are not taken for some") {
  Json json = parsed(R"({"max":9223372036854775807,"over":9223372036854775808,
      "u64":18446744073709551615,"big":123456789012345678901234567890,"min":-9223372036854775808,
      "under":-9223372036854775809,"half":1.5,"one":1.0,"exp":1e3,"text":"1","bool":true,
      "null":null,"list":[1]})");
  CHECK(integer_or(json, "max", 0) == INT64_MAX);
  CHECK(integer_or(json, "min", 0) == INT64_MIN);
  for (const char* name : {"over", "u64", "big", "under", "half", "one", "exp", "text", "bool",
                           "null", "list", "absent"}) {
    CHECK_MESSAGE(integer_or(json, name, -7) == -7, name);
    Fields fields(json);
    CHECK(fields.integer(name, {-100, 100}) == -100);
    CHECK(fields.failure()->message == cat({name, " must be an integer from -100 to 100."}));
  }
  Fields fields(json);
  fields.integer("max");
  CHECK(fields.failure().has_value());
}

TEST_CASE("Members of what is no object are not there") {
  for (const char* text : {"null", "7", "\"a\"", "[{\"a\":1}]", "true", "{}"}) {
    Json json = parsed(text);
    CHECK(member(json, "a").is_null());
    CHECK(text_or(json, "a", "x") == "x");
    CHECK(integer_or(json, "a", 3) == 3);
  }
  CHECK(member(member(member(Json(), "a"), "b"), "c").is_null());
}

TEST_CASE("Texts have bounds in bytes") {
  Json json{{"a", "äb"}, {"n", 7}};
  Fields fields(json);
  CHECK(fields.text("a") == "äb");
  CHECK(fields.text("a", {3, 3}) == "äb");
  CHECK(!fields.failure().has_value());
  CHECK(fields.text("a", {4, 9}) == "");
  CHECK(fields.failure()->message == "a must have 4 to 9 bytes.");
  Fields others(json);
  CHECK(others.text_or("absent", "x") == "x");
  CHECK(!others.failure().has_value());
  CHECK(others.text_or("n", "x") == "");
  CHECK(others.failure()->message == "n must be text.");
}

TEST_CASE("The first mistake is told, with its path; reading goes on with empty values") {
  Json json = parsed(R"({"tables":[{"rows":1},{"rows":"x"},{"rows":-1}],"name":7})");
  Fields fields(json);
  for (Fields& table : fields.objects("tables", 10)) {
    table.integer("rows");
    fields.adopt(table);
  }
  CHECK(fields.text("name") == "");
  CHECK(fields.failure()->message ==
        "tables[1].rows must be an integer from 0 to 9007199254740992.");
  CHECK(fields.failure()->code == "invalid_field");
}

TEST_CASE("Lists: what is none, holds the wrong things, or is too long") {
  Json json = parsed(R"({"list":[{},7],"texts":["a","b"],"mixed":["a",7],"object":{}})");
  auto message = [&](auto read) {
    Fields fields(json);
    read(fields);
    return fields.failure() ? fields.failure()->message : "";
  };
  CHECK(message([](Fields& f) { f.objects("list", 5); }) == "list[1] must be an object.");
  CHECK(message([](Fields& f) { f.objects("list", 1); }) ==
        "list must be a list of at most 1 items.");
  CHECK(message([](Fields& f) { f.objects("object", 5); }) != "");
  CHECK(message([](Fields& f) { f.objects("absent", 5); }) != "");
  CHECK(message([](Fields& f) { CHECK(f.texts("texts", 2).size() == 2); }) == "");
  CHECK(message([](Fields& f) { CHECK(f.texts("mixed", 2).empty()); }) ==
        "mixed must hold texts only.");
  CHECK(message([](Fields& f) { f.texts("texts", 1); }) != "");
  CHECK(message([](Fields& f) { f.object("absent"); }) == "absent must be an object.");
  CHECK(message([](Fields& f) { f.object("texts"); }) == "texts must be an object.");
  Json number = 7;
  CHECK(Fields(number).failure()->message == "The body must be an object.");
}

TEST_CASE("What is no UTF-8 is written as marks, never an abort") {
  CHECK(to_text(Json("a\xff"
                     "b")) ==
        "\"a\xEF\xBF\xBD"
        "b\"");
  CHECK(to_text(Json{{"b", 1}, {"a", nullptr}}) == R"({"a":null,"b":1})");
}

TEST_CASE("Failures survive their way through JSON") {
  for (Reaction reaction : {Reaction::fix_input, Reaction::ask_permission, Reaction::retry_later,
                            Reaction::report_bug}) {
    Failure failure{reaction, "code", "what \"stopped\"", "who acts"};
    Json json = failure;
    CHECK(json.get<Failure>() == failure);
    CHECK(reaction_of(name_of(reaction)) == reaction);
  }
  CHECK(!reaction_of("").has_value());
  CHECK(!reaction_of("Fix_input").has_value());
  for (const char* text : {"null", "[]", "7", "{}", R"({"reaction":7,"code":[],"message":{}})"}) {
    Failure read = parsed(text).get<Failure>();
    CHECK(read.reaction == Reaction::report_bug);
    CHECK(read.code == "unknown");
  }
}

}  // namespace
