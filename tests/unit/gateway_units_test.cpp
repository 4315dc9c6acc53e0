// Calls that are paid by the piece: what is counted, what goes out, what is not sold, and what an
// answer says.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/gateway/app_key.h"
#include "shared/gateway/unit_call.h"

namespace {

using namespace fairway;

const UnitTerms terms = {.email_from = "hello@fairway.test",
                         .sms_from = "+15005550006",
                         .sms_account = "AC00000000000000000000000000000000",
                         .callback_url = "https://fairway.test/status"};

Outcome<UnitCall> read(std::string_view service, std::string_view path, std::string_view body,
                       CallForm form = CallForm::sdk) {
  return read_unit_call({service, "POST", path, body, form}, terms);
}

// How many pieces, or the code of the failure.
std::string counted(std::string_view service, std::string_view path, std::string_view body,
                    CallForm form = CallForm::sdk) {
  auto call = read(service, path, body, form);
  return call.ok() ? decimal(units_of(*call)) : call.failure().code;
}

std::string sendgrid(std::string_view parts) {
  return counted("sendgrid", "/v3/mail/send", cat({R"({"personalizations":)", parts, "}"}));
}

TEST_CASE("everyone in to, cc and bcc of every part is a recipient") {
  CHECK(sendgrid(R"([{"to":[{"email":"a@x"}]}])") == "1");
  CHECK(sendgrid(R"([{"to":[{"email":"a@x"},{"email":"b@x"}],"cc":[{"email":"c@x"}]},
                     {"to":[{"email":"d@x"}],"bcc":[{"email":"e@x"}]}])") == "5");
  CHECK(sendgrid("[]") == "invalid_field");
  CHECK(sendgrid(R"([{"cc":[]}])") == "invalid_field");
  CHECK(sendgrid(R"([{"to":"a@x,b@x"}])") == "invalid_field");
  CHECK(sendgrid(R"([{"to":[{"email":"a@x, b@x"}]}])") == "invalid_field");
  CHECK(sendgrid(R"([{"to":{"list":1}}])") == "invalid_field");
  std::string many = R"({"email":"a@x"})";
  for (int i = 0; i < 1000; ++i) many += R"(,{"email":"a@x"})";
  CHECK(sendgrid(cat({R"([{"to":[)", many, "]}]"})) == "invalid_field");
}

TEST_CASE("what comes twice in a body goes out as we counted it") {
  auto call = read("sendgrid", "/v3/mail/send",
                   R"({"personalizations":[{"to":[{"email":"a@x"}]}],
                       "personalizations":[{"to":[{"email":"b@x"},{"email":"c@x"}]}]})");
  REQUIRE(call.ok());
  CHECK(units_of(*call) == 2);
  CHECK(call->body == R"({"personalizations":[{"to":[{"email":"b@x"},{"email":"c@x"}]}]})");
}

TEST_CASE("what reaches into the platform's account is not sold") {
  for (auto name : {"template_id", "asm", "ip_pool_name", "batch_id"}) {
    std::string body = cat({R"({"personalizations":[],")", name, R"(":"x"})"});
    CHECK(counted("sendgrid", "/v3/mail/send", body) == "not_sold");
  }
  CHECK(counted("resend", "/emails", R"({"to":"a@x","template":{"id":"x"}})") == "not_sold");
  CHECK(counted("sendgrid", "/v3/marketing/contacts", "{}") == "route_not_found");
  CHECK(counted("sendgrid", "/v3/mail/send/../send", "{}") == "route_not_found");
  CHECK(counted("resend", "/api-keys", "{}") == "route_not_found");
  CHECK(counted("resend", "/emails?x=1", "{}") == "route_not_found");
}

TEST_CASE("Resend: one, many, and the plain form") {
  CHECK(counted("resend", "/emails", R"({"to":["a@x","b@x"],"cc":"c@x"})") == "3");
  CHECK(counted("resend", "/emails/batch", R"([{"to":"a@x"},{"to":["b@x"],"bcc":["c@x"]}])") ==
        "3");
  CHECK(counted("resend", "/emails", R"({"to":"a@x,b@x"})") == "invalid_field");
  auto plain = read("resend", "/send", R"({"to":"a@x","subject":"s","text":"t"})", CallForm::plain);
  REQUIRE(plain.ok());
  CHECK(plain->path == "/emails");
  CHECK(plain->body == R"({"from":"hello@fairway.test","subject":"s","text":"t","to":"a@x"})");
  auto other =
      read("sendgrid", "/send", R"({"to":["Ann <a@x>"],"from":"b@x","subject":"s","html":"h"})",
           CallForm::plain);
  REQUIRE(other.ok());
  CHECK(other->body ==
        R"({"content":[{"type":"text/html","value":"h"}],"from":{"email":"b@x"},)"
        R"("personalizations":[{"to":[{"email":"a@x","name":"Ann"}]}],"subject":"s"})");
  CHECK(counted("resend", "/send", R"({"to":"a@x","text":"t"})", CallForm::plain) ==
        "invalid_field");
  CHECK(counted("resend", "/other", "{}", CallForm::plain) == "route_not_found");
}

const std::string messages = "/2010-04-01/Accounts/AC11111111111111111111111111111111/Messages";

TEST_CASE("a message goes out from the platform's account, counted by segments") {
  auto call = read("twilio", cat({messages, ".json"}), "To=%2B12025550142&Body=Hi+there%21");
  REQUIRE(call.ok());
  CHECK(call->path == "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json");
  CHECK(call->unit_type == "segments_us");
  CHECK(units_of(*call) == 1);
  CHECK(call->body ==
        "To=%2B12025550142&Body=Hi%20there%21&From=%2B15005550006"
        "&StatusCallback=https%3A%2F%2Ffairway.test%2Fstatus");
  auto sms = [](std::string_view body) {
    return counted("twilio", cat({messages, ".json"}), body);
  };
  CHECK(sms("To=%2B493012345&Body=x") == "unknown_price");
  CHECK(sms("To=%2B12425550142&Body=x") == "unknown_price");  // the Bahamas
  CHECK(sms("To=%2B12025550142&To=%2B493012345&Body=x") == "invalid_field");
  CHECK(sms("To=%2B12025550142&Body=x&MediaUrl=https://x") == "not_sold");
  CHECK(sms("To=%2B12025550142&Body=x&StatusCallback=https://x") == "not_sold");
  CHECK(sms("To=%2B12025550142") == "invalid_field");
  CHECK(sms("To=%2B12025550142&Body=%ff") == "invalid_field");
  CHECK(sms(cat({"To=%2B12025550142&Body=", std::string(1601, 'x')})) == "invalid_field");
  CHECK(sms(cat({"To=%2B12025550142&Body=", std::string(161, 'x')})) == "2");
  CHECK(counted("twilio", "/2010-04-01/Accounts/ACx/Messages.json", "") == "route_not_found");
  CHECK(counted("twilio", "/2010-04-01/Accounts.json", "") == "route_not_found");
}

TEST_CASE("only messages are read, and by their id") {
  auto get = [](std::string_view path) {
    return read_unit_call({"twilio", "GET", path, "", CallForm::sdk}, terms);
  };
  std::string id = cat({"SM", std::string(32, 'a')});
  auto call = get(cat({messages, "/", id, ".json"}));
  REQUIRE(call.ok());
  CHECK(call->read_id == id);
  CHECK(units_of(*call) == 0);
  CHECK(!get(cat({messages, ".json"})).ok());
  CHECK(!get(cat({messages, "/", id, "/Media.json"})).ok());
}

TEST_CASE("an answer tells what was sent, never more than was asked for") {
  auto mail =
      *read("sendgrid", "/v3/mail/send", R"({"personalizations":[{"to":[{"email":"a@x"}]}]})");
  CHECK(read_unit_answer(mail, 202, "id", "").units == 1);
  CHECK(!read_unit_answer(mail, 200, "id", "").is_sent);  // only checked
  CHECK(!read_unit_answer(mail, 400, "", R"({"errors":[{"message":"no"}]})").is_sent);
  CHECK(read_unit_answer(mail, 400, "", R"({"errors":[{"message":"no"}]})").error == "no");

  auto batch = *read("resend", "/emails/batch", R"([{"to":["a@x","b@x"]},{"to":"c@x"}])");
  auto some = read_unit_answer(batch, 200, "",
                               R"({"data":[{"id":"i"}],"errors":[{"index":0},{"index":9}]})");
  CHECK(some.units == 1);
  CHECK(some.ids == std::vector<std::string>{"i"});

  auto sms = *read("twilio", cat({messages, ".json"}),
                   cat({"To=%2B12025550142&Body=", std::string(320, 'x')}));
  CHECK(read_unit_answer(sms, 201, "", R"({"sid":"SM1","num_segments":"2"})").units == 2);
  CHECK(read_unit_answer(sms, 201, "", R"({"sid":"SM1","num_segments":"9"})").units == 3);
  CHECK(read_unit_answer(sms, 201, "", R"({"sid":"SM1","num_segments":"0"})").units == 3);
}

TEST_CASE("storage is paid by operation, and what is not offered is refused") {
  auto operation = [](std::string_view method, std::string_view path) {
    auto call = read_unit_call({"storage", method, path, "", CallForm::sdk}, terms);
    if (!call.ok()) return call.failure().code;
    return cat({call->endpoint, " ", call->unit_type, " ", decimal(units_of(*call))});
  };
  CHECK(operation("GET", "/pictures/a/b?x-id=GetObject") == "GetObject class_b_operations 1");
  CHECK(operation("HEAD", "/pictures/a") == "HeadObject class_b_operations 1");
  CHECK(operation("PUT", "/pictures/a") == "PutObject class_a_operations 1");
  CHECK(operation("PUT", "/pictures/a?partNumber=1&uploadId=u") ==
        "UploadPart class_a_operations 1");
  CHECK(operation("DELETE", "/pictures/a") == "DeleteObject free_operations 0");
  CHECK(operation("DELETE", "/pictures/a?uploadId=u") == "AbortMultipartUpload free_operations 0");
  CHECK(operation("POST", "/pictures/a?uploads") == "CreateMultipartUpload class_a_operations 1");
  CHECK(operation("POST", "/pictures/?delete") == "DeleteObjects free_operations 0");
  CHECK(operation("GET", "/pictures?list-type=2&prefix=a%2F") ==
        "ListObjects class_a_operations 1");
  CHECK(operation("GET", "/pictures/a?X-Amz-Signature=s") == "GetObject class_b_operations 1");
  for (auto path : {"/", "/pictures/a?acl", "/pictures/a?tagging", "/pictures?versions", "/Up/a",
                    "/..", "/pictures/a?versionId=1", "pictures/a"}) {
    CHECK(operation("GET", path) == "route_not_found");
  }
  CHECK(operation("DELETE", "/pictures") == "route_not_found");
  CHECK(operation("POST", "/pictures/a") == "route_not_found");
}

TEST_CASE("stored bytes are paid by the month, a part of one as one") {
  constexpr int64_t day_ms = 86'400'000;
  CHECK(units_of(stored_bytes_call(1'000'000'000, 30 * day_ms)) == 1'000'000'000);
  CHECK(units_of(stored_bytes_call(1'000'000'000, day_ms)) == 33'333'334);
  CHECK(units_of(stored_bytes_call(1, 1)) == 1);
  CHECK(units_of(stored_bytes_call(0, day_ms)) == 0);
  CHECK(units_of(stored_bytes_call(int64_t{1} << 60, 300 * day_ms)) == INT64_MAX);
}

TEST_CASE("a storage credential needs both the key's hash and the operator's key") {
  auto one = storage_credential("key_0123456789abcdefghjkmnpqrs", "user-1", "hash", "master");
  CHECK(one.id == "fw_live_0123456789abcdefghjkmnpqrs_757365722d31");
  CHECK(one.secret.size() == 64);
  CHECK(one.secret !=
        storage_credential("key_0123456789abcdefghjkmnpqrs", "user-1", "hash", "m").secret);
  CHECK(one.secret !=
        storage_credential("key_0123456789abcdefghjkmnpqrs", "user-1", "h", "master").secret);
  auto parsed = parse_storage_id(one.id);
  REQUIRE(parsed.has_value());
  CHECK(parsed->key_id == "key_0123456789abcdefghjkmnpqrs");
  CHECK(parsed->account == "user-1");
  CHECK(!parse_app_key(one.id));
  for (auto text : {"fw_live_0123456789abcdefghjkmnpqrs", "fw_live_0123456789abcdefghjkmnpqrs_zz",
                    "fw_live_0123_757365", "AKIA"}) {
    CHECK(!parse_storage_id(text));
  }
}

TEST_CASE("a carrier's price is read to the nano, and only in dollars") {
  auto price = [](std::string_view text, std::string_view unit = "USD") {
    auto state = read_message_state(
        cat({R"({"status":"delivered","price":)", text, R"(,"price_unit":")", unit, R"("})"}));
    CHECK(state.is_over);
    return state.price_nanos.value_or(-1);
  };
  CHECK(price(R"("-0.00830")") == 8'300'000);
  CHECK(price(R"("0.0000000001")") == 1);
  CHECK(price(R"("-12")") == 12'000'000'000);
  CHECK(price("null") == -1);
  CHECK(price(R"("-0.0x")") == -1);
  CHECK(price(R"("")") == -1);
  CHECK(price(R"("-0.00830")", "EUR") == -1);
  CHECK(!read_message_state(R"({"status":"sent"})").is_over);
}

}  // namespace
