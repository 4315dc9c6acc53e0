// Who may ask, what is at which address, and the one form of every error.
#include <doctest/doctest.h>

#include "shared/base/limits.h"
#include "shared/projects/projects.h"
#include "tests/unit/api_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

ApiResponse answer(TestHost& lab, ApiRequest request) {
  KeyCache keys;
  auto response = lab.run(answer_request(lab.host, keys, std::move(request)));
  REQUIRE(response.ok());
  return *response;
}

ApiResponse ask(TestHost& lab, std::string method, std::string path, std::string body = "") {
  ApiRequest request = api_request(std::move(method), std::move(path), std::move(body));
  request.user = User{"ann", "ann@example.com"};
  return answer(lab, std::move(request));
}

Json error_of(const ApiResponse& response) {
  auto json = parse_json(response.body);
  REQUIRE(json.ok());
  REQUIRE(json->contains("error"));
  return (*json)["error"];
}

void check_error(const ApiResponse& response, int status, std::string_view code) {
  CHECK(response.status == status);
  Json error = error_of(response);
  CHECK(error["code"] == code);
  CHECK(error.size() == 5);
  CHECK(!error["message"].get<std::string>().empty());
  CHECK(error["hint"].is_string());
  CHECK(error["request_id"] == "req_1");
  CHECK(reaction_of(error["reaction"].get<std::string>()).has_value());
}

std::string authenticating(TestHost& lab, ApiRequest request) {
  KeyCache keys;
  return code_of(lab.run(authenticate(lab.host, keys, std::move(request))));
}

TEST_CASE("A bearer or the session's cookie says who asks") {
  TestHost lab;
  std::string token = good_token(lab);
  auto with = [&](std::vector<Header> headers, std::string method = "GET") {
    ApiRequest request = api_request(std::move(method), "/api/me");
    request.headers = std::move(headers);
    return authenticating(lab, std::move(request));
  };
  CHECK(with({{"authorization", "Bearer " + token}}) == "");
  CHECK(with({{"authorization", "Bearer " + token}}, "POST") == "");
  CHECK(with({{"cookie", "a=b; __Host-fairway_session=" + token + "; c=d"}}) == "");
  CHECK(with({}) == "signed_out");
  CHECK(with({{"authorization", "Basic " + token}}) == "signed_out");
  CHECK(with({{"authorization", "Bearer "}}) == "signed_out");
  CHECK(with({{"cookie", "x__Host-fairway_session=" + token}}) == "signed_out");
  // The cookie of an http site, which another machine's page could have planted.
  CHECK(with({{"cookie", "fairway_session=" + token}}) == "signed_out");
  CHECK(with({{"cookie", ";;=;__Host-fairway_session"}}) == "signed_out");
}

TEST_CASE("A cookie alone changes nothing: the page must say that it is ours") {
  TestHost lab;
  std::string cookie = "__Host-fairway_session=" + good_token(lab);
  auto posting = [&](std::vector<Header> headers) {
    ApiRequest request = api_request("POST", "/api/projects");
    request.headers = std::move(headers);
    request.headers.push_back({"cookie", cookie});
    return authenticating(lab, std::move(request));
  };
  CHECK(posting({}) == "forged_request");
  CHECK(posting({{"x-fairway", "0"}}) == "forged_request");
  CHECK(posting({{"x-fairway", "1"}}) == "");
  CHECK(posting({{"x-fairway", "1"}, {"sec-fetch-site", "same-origin"}}) == "");
  CHECK(posting({{"x-fairway", "1"}, {"sec-fetch-site", "cross-site"}}) == "forged_request");
  CHECK(posting({{"x-fairway", "1"}, {"sec-fetch-site", "same-site"}}) == "forged_request");
  for (const char* method : {"PUT", "DELETE", "PATCH", "get", "OPTIONS", ""}) {
    ApiRequest request = api_request(method, "/api/projects");
    request.headers = {{"cookie", cookie}};
    CHECK_MESSAGE(authenticating(lab, std::move(request)) == "forged_request", method);
  }
}

TEST_CASE("Unknown addresses are 404, known ones with another method 405") {
  TestHost lab;
  check_error(ask(lab, "GET", "/api/nothing"), 404, "route_not_found");
  check_error(ask(lab, "GET", "/api/projects/"), 404, "route_not_found");
  check_error(ask(lab, "GET", "//api/projects"), 404, "route_not_found");
  check_error(ask(lab, "GET", "/API/projects"), 404, "route_not_found");
  check_error(ask(lab, "GET", ""), 404, "route_not_found");
  check_error(ask(lab, "PATCH", "/api/projects"), 405, "method_not_allowed");
  check_error(ask(lab, "get", "/api/projects"), 405, "method_not_allowed");
  check_error(ask(lab, "DELETE", "/api/deploy/web"), 405, "method_not_allowed");
  check_error(answer(lab, api_request("PUT", "/api/health")), 405, "method_not_allowed");
  CHECK(is_open_route("/api/health"));
  CHECK(!is_open_route("/api/health/"));
  CHECK(!is_open_route("/api/me"));
  CHECK(!is_open_route("/api/health%2f..%2fme"));
}

TEST_CASE("Hostile addresses name nothing") {
  TestHost lab;
  for (const std::string& id :
       {std::string(".."), std::string("%2e%2e%2f"), std::string("%"), std::string("%zz"),
        std::string("%00"), std::string("%ff%fe"), std::string("' OR 1=1 --"),
        std::string("%27%20OR%201%3D1"), std::string(100'000, 'x')}) {
    auto response = ask(lab, "GET", "/api/projects/" + id + "/plan");
    CHECK_MESSAGE(response.status == 404, id.substr(0, 40));
    CHECK(ask(lab, "GET", "/api/deploy/status/" + id).status == 404);
    int status = ask(lab, "PUT", "/api/blobs/" + id, "x").status;
    CHECK((status == 400 || status == 404));
  }
  CHECK(ask(lab, "GET", "/api/projects//plan").status == 404);
  CHECK(ask(lab, "GET", "/api/projects/a/b/plan").status == 404);
  CHECK(lab.world.blobs.empty());
}

TEST_CASE("Bodies of any shape get a 400 that names the field") {
  TestHost lab;
  auto project = [&](std::string body) {
    return ask(lab, "POST", "/api/projects", std::move(body));
  };
  check_error(project(""), 400, "invalid_json");
  check_error(project("{"), 400, "invalid_json");
  check_error(project("\xFF"), 400, "invalid_json");
  check_error(project(std::string(100'000, '[')), 400, "invalid_json");
  check_error(project(R"({"id":"abcd","name":"x"} trailing)"), 400, "invalid_json");
  for (const char* body :
       {"null", "[]", "7", "{}", R"({"id":7,"name":"x"})", R"({"id":"abcd"})",
        R"({"id":"abcd","name":""})", R"({"id":"abc","name":"x"})", R"({"id":"ab/cd","name":"x"})",
        R"({"id":"ABCD","name":"x"})", R"({"id":"abcd","name":["x"]})",
        R"({"id":"abcd","name":null})", R"({"id":"abcd","name":"x","description":7})"}) {
    INFO(body);
    check_error(project(body), 400, "invalid_field");
  }
  std::string long_name(limits::project_name_bytes_max + 1, 'x');
  auto response = project(to_text({{"id", "abcd"}, {"name", long_name}}));
  check_error(response, 400, "invalid_field");
  CHECK(error_of(response)["message"].get<std::string>().starts_with("name "));
  CHECK(project(R"({"id":"abcd","name":"x"})").status == 200);
}

TEST_CASE("Parts: too large, cut off, wrongly named, and kept") {
  TestHost lab;
  std::string part = "some bytes", name = hex(sha256_of(part));
  CHECK(ask(lab, "PUT", "/api/blobs/" + name, part).status == 204);
  CHECK(ask(lab, "PUT", "/api/blobs/" + name, part).status == 204);
  CHECK(lab.world.blobs == std::map<std::string, std::string>{{"ann/" + name, part}});
  check_error(ask(lab, "PUT", "/api/blobs/" + name, part + "x"), 400, "hash_mismatch");
  check_error(ask(lab, "PUT", "/api/blobs/" + name, ""), 400, "part_too_large");
  std::string large(limits::part_bytes_max + 1, 'x');
  check_error(ask(lab, "PUT", "/api/blobs/" + hex(sha256_of(large)), large), 400, "part_too_large");
  for (char& c : name) c = char(c >= 'a' ? c - 32 : c);
  check_error(ask(lab, "PUT", "/api/blobs/" + name, part), 400, "invalid_field");
  auto missing = ask(lab, "POST", "/api/blobs/missing",
                     to_text({{"sha256", {hex(sha256_of(part)), std::string(64, 'a')}}}));
  CHECK(parse_json(missing.body).value() == Json{{"missing", {std::string(64, 'a')}}});
  check_error(ask(lab, "POST", "/api/blobs/missing", R"({"sha256":["../x"]})"), 400,
              "invalid_field");
  check_error(ask(lab, "POST", "/api/blobs/missing", R"({"sha256":"x"})"), 400, "invalid_field");
}

TEST_CASE("Variables go in sealed, come back as names only, and bad ones change nothing") {
  TestHost lab;
  CHECK(ask(lab, "POST", "/api/projects", R"({"id":"shop","name":"Shop"})").status == 200);
  const std::string path = "/api/projects/shop/environment";
  auto kept = ask(lab, "PUT", path, R"({"set":{"STRIPE_KEY":"sk_live_1","B":""}})");
  CHECK(kept.status == 200);
  CHECK(kept.body.find("sk_live_1") == std::string::npos);
  CHECK(ask(lab, "GET", path).body == kept.body);
  CHECK(lab.database.image().find("sk_live_1") == std::string::npos);
  for (const char* body :
       {R"({"set":{"NEW":"x","1BAD":"x"}})", R"({"set":{"NEW":"x","TURSO_AUTH_TOKEN":"x"}})",
        R"({"set":{"NEW":"x","CF_X":"x"}})", R"({"set":{"NEW":7}})", R"({"set":{"NEW":null}})"}) {
    INFO(body);
    check_error(ask(lab, "PUT", path, body), 400, "bad_variable");
  }
  check_error(ask(lab, "PUT", path, R"({"set":["NEW"]})"), 400, "invalid_field");
  check_error(ask(lab, "PUT", path, R"({"unset":"B"})"), 400, "invalid_field");
  CHECK(ask(lab, "GET", path).body == kept.body);
  auto left = ask(lab, "PUT", path, R"({"unset":["B","UNKNOWN"]})");
  CHECK(parse_json(left.body).value()["environment"].size() == 1);
  check_error(ask(lab, "GET", "/api/projects/other/environment"), 404, "project_not_found");
}

TEST_CASE(
    "The session's cookie: hidden from scripts, bound to the host on https, ended on demand") {
  TestHost lab;
  std::string token = good_token(lab);
  auto opened =
      answer(lab, api_request("POST", "/api/session", to_text({{"access_token", token}})));
  CHECK(opened.status == 204);
  CHECK(opened.headers.back().name == "set-cookie");
  CHECK(opened.headers.back().value ==
        cat({"__Host-fairway_session=", token,
             "; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure"}));
  auto refused = answer(lab, api_request("POST", "/api/session",
                                         to_text({{"access_token", token + "; Domain=evil"}})));
  check_error(refused, 401, "signed_out");
  for (const auto& header : refused.headers) CHECK(header.name != "set-cookie");
  auto closed = answer(lab, api_request("DELETE", "/api/session"));
  CHECK(closed.headers.back().value.find("Max-Age=0") != std::string::npos);
}

TEST_CASE("Health tells what is off and why, without a word of any secret") {
  TestHost lab;
  auto healthy = parse_json(answer(lab, api_request("GET", "/api/health")).body).value();
  CHECK(healthy["status"] == "ok");
  CHECK(healthy["providers"]["turso"] == Json{{"enabled", true}});
  lab.settings.turso_api_token = "";
  lab.settings.cloudflare_pages_url = "https://nothing";
  auto response = answer(lab, api_request("GET", "/api/health"));
  auto ill = parse_json(response.body).value();
  CHECK(ill["status"] == "misconfigured");
  CHECK(ill["providers"]["turso"]["why"] == "The operator has not set TURSO_API_TOKEN.");
  CHECK(ill["wrong_settings"].size() == 1);
  CHECK(response.body.find(lab.settings.cloudflare_api_token) == std::string::npos);
}

TEST_CASE("Each reaction has its status; known codes have their own") {
  CHECK(http_status_of(fix_input("x", "")) == 400);
  CHECK(http_status_of(ask_permission("x", "")) == 403);
  CHECK(http_status_of(retry_later("x", "")) == 503);
  CHECK(http_status_of(report_bug("x", "")) == 500);
  CHECK(http_status_of(ask_permission("signed_out", "")) == 401);
  CHECK(http_status_of(fix_input("project_not_found", "")) == 404);
  CHECK(http_status_of(fix_input("deployment_active", "")) == 409);
  auto response = failure_response(fix_input("x", "bad \xFF byte \"quoted\""), "req_1");
  check_error(response, 400, "x");
  CHECK(is_utf8(response.body));
}

TEST_CASE("An account's schema is made once and stays") {
  TestHost lab;
  bring_schema_up(lab.database);
  CHECK(ask(lab, "POST", "/api/projects", R"({"id":"shop","name":"Shop"})").status == 200);
  bring_schema_up(lab.database);
  auto listed = parse_json(ask(lab, "GET", "/api/projects").body).value();
  CHECK(listed["projects"].size() == 1);
  CHECK(listed["projects"][0]["app"].is_null());
}

}  // namespace
