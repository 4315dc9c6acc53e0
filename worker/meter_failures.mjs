// Why the gateway itself ends a call; the core puts it into the words of the provider.

/** @typedef {{reaction: string, code: string, message: string, hint: string}} Failure */

/** A call that ends with a failure. */
export class Refused extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** @param {string} reaction @param {string} code @param {string} message @param {string} hint */
function failure(reaction, code, message, hint) {
  return { reaction, code, message, hint };
}

export const noKey = failure(
  'ask_permission',
  'key_unknown',
  'This is no key of a deployed app, or not one in use.',
  "The app's owner makes a key in Fairway and gives it to the app.",
);
export const tooLarge = failure(
  'fix_input',
  'body_too_large',
  'The request is larger than 20 MiB.',
  'Send less at once.',
);
export const busy = failure(
  'retry_later',
  'account_unavailable',
  'The books of this account did not answer just now. Nothing was sent.',
  'Try again in a moment.',
);
export const broken = failure(
  'report_bug',
  'meter_broke',
  'Fairway made a mistake and stopped this call.',
  'Fairway must act: the operator finds the cause under the call id.',
);
export const unreachable = failure(
  'retry_later',
  'upstream_unreachable',
  'The provider did not answer, or broke off.',
  'Try again in a moment.',
);
export const unknownOutcome = failure(
  'fix_input',
  'outcome_unknown',
  'The provider broke off: nobody knows whether it was sent. It was not charged.',
  'Sending again may send it twice. Use another Idempotency-Key for that.',
);
export const refusedKey = failure(
  'report_bug',
  'upstream_refused',
  "The provider refused the platform's key.",
  'The operator must act.',
);
export const wrongSignature = failure(
  'ask_permission',
  'signature_wrong',
  'The request was signed with another secret, or changed on its way.',
  'The app uses the storage secret of its key, which was shown when the key was made.',
);
export const lateSignature = failure(
  'ask_permission',
  'signature_expired',
  'The signature is of another time.',
  'Sign again, or set the clock.',
);
export const inFlight = failure(
  'fix_input',
  'call_in_flight',
  'This call is under way already, and its answer is too large to be given twice.',
  'Wait for the first one, or use another Idempotency-Key.',
);
export const otherCall = failure(
  'fix_input',
  'idempotency_key_reused',
  'This Idempotency-Key was used for a different call.',
  'Use a new key for every new call.',
);
