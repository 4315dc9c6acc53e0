// Patient sending: the only retry loop of the core.
//
// A provider's answer is decoded once, by the provider's own file, from what comes back here. This
// loop knows only what is the same everywhere: no answer, 429 and 5xx may pass; Retry-After is
// obeyed; everything else is an answer.
#pragma once

#include "shared/host/host.h"

namespace fairway {

// What a second sending of the same request would do.
enum class Repeat {
  harmless,  // a read, or a write that names its result (PUT, keyed): send again by itself
  unknown,   // the effect may exist already: give the failure back, the caller looks first (G3)
};

// Sends until the provider answers with less than 500 and not 429, at most four times with growing
// pauses (1, 2, 4 s, or Retry-After up to 30 s). `unknown` is sent again only where the answer says
// that nothing happened (429, 503 with Retry-After). Fails with retry_later: `no_answer`, or
// `provider_busy` with the last status.
Task<HttpResponse> send_patiently(Host& host, HttpRequest request, Repeat repeat);

}  // namespace fairway
