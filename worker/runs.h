// What one lease of an instance is for: a run, named by the control of its first frame.
//
//   authenticate  who asks: {"user":{"id","email"},"valid_until_ms"}, or an answer that refuses
//   open          brings the account's schema up, before its first request: {}
//   request       one HTTP request: {"status","headers"} and the body
//   refuse        a call of the gateway that goes no further, in the service's own words: likewise
//   jobs          what is due in this account: {}
#pragma once

#include "shared/host/wall.h"

namespace fairway::worker {

// Ends with the frame for `finish`. Never fails: whatever stops a request is already its answer.
Task<Frame> run_named(Host& host, Json control, std::string body);

}  // namespace fairway::worker
