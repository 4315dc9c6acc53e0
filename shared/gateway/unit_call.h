// A call that is paid by the piece: mail by recipients, messages by segments, storage by operations
// and by what lies there. What it asks for, how
// many pieces it can cost, the bytes that go out, and what the answer says about them. Pure.
//
// Two ways to ask. The provider's own (`CallForm::sdk`): the body of SendGrid, Resend or Twilio.
// The plain one: {"to","cc","bcc","from","reply_to","subject","text","html"} for mail,
// {"to","from", "text"} for a message; its answer is {"id","recipients"} or
// {"id","status","segments"}.
//
// What goes out is written anew from what was understood, so that the provider counts what we
// counted. Members that reach into the platform's account at the provider (templates, lists of
// people, pools of addresses, another sender's service) are not sold.
//
// Limits: a body of 10 MiB, 1000 recipients a mail, 100 mails a batch, 1600 characters a message.
#pragma once

#include "shared/base/json.h"
#include "shared/base/outcome.h"

namespace fairway {

enum class CallForm { sdk, plain };

// What the platform says of itself in calls.
struct UnitTerms {
  std::string email_from;    // of plain mails that name no sender
  std::string sms_from;      // of messages that name none
  std::string sms_account;   // Twilio's
  std::string callback_url;  // where Twilio tells how a message went; "": nowhere
};

struct UnitRequest {
  std::string_view service;  // "sendgrid", "resend", "twilio", "storage"
  std::string_view method;
  std::string_view path;
  std::string_view body;
  CallForm form = CallForm::sdk;
};

struct UnitCall {
  std::string service;
  std::string endpoint;  // "mail/send", "emails", "emails/batch", "messages"
  std::string path;      // at the provider
  std::string body;
  std::string content_type;
  std::string unit_type;
  std::vector<int64_t> units;  // of each thing that is sent; empty: nothing is, it is read
  std::string read_id;         // only who sent it may read it
  CallForm form = CallForm::sdk;
};
int64_t units_of(const UnitCall& call);

bool is_paid_by_unit(std::string_view service);

// Fails with fix_input: `route_not_found`, `invalid_json`, `invalid_field`, `not_sold`,
// `body_too_large`, and `unknown_price` for a number that has none.
Outcome<UnitCall> read_unit_call(const UnitRequest& request, const UnitTerms& terms);

struct UnitAnswer {
  bool is_sent = false;
  int64_t units = 0;             // never more than were asked for
  std::vector<std::string> ids;  // at the provider
  std::string status;            // of a message: "queued"
  std::string error;             // the provider's words
};
// `header_id`: X-Message-Id, where SendGrid tells it.
UnitAnswer read_unit_answer(const UnitCall& call, int status, std::string_view header_id,
                            std::string_view body);
// What a caller of the plain form gets.
struct PlainAnswer {
  int status = 0;
  std::string body;
};
PlainAnswer plain_answer(const UnitCall& call, int status, const UnitAnswer& answer);

// A message as Twilio tells it later.
struct MessageState {
  bool is_over = false;                // delivered, or never will be
  std::optional<int64_t> price_nanos;  // what Twilio took, once it knows
};
MessageState read_message_state(std::string_view body);

// What lay in the storage for so long, as byte-months of 30 days; part of one counts as one.
UnitCall stored_bytes_call(int64_t bytes, int64_t duration_ms);

// --- mail_call.cpp, sms_call.cpp, storage_call.cpp ---

Outcome<UnitCall> read_sendgrid_call(UnitCall call, const UnitRequest& request,
                                     const UnitTerms& terms);
Outcome<UnitCall> read_resend_call(UnitCall call, const UnitRequest& request,
                                   const UnitTerms& terms);
Outcome<UnitCall> read_twilio_call(UnitCall call, const UnitRequest& request,
                                   const UnitTerms& terms);
Outcome<UnitCall> read_storage_call(UnitCall call, const UnitRequest& request);
Failure no_such_route();
Failure member_not_sold(std::string_view name);

}  // namespace fairway
