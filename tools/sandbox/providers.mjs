// The providers that the sandbox stands in for, in the order in which they start. To add one, write
// a module that makes a Provider (see sandbox.mjs) and name it here.

import { createAnthropic } from './anthropic/anthropic.mjs';
import { createIdentity } from './identity/identity.mjs';
import { createResend } from './mail/resend.mjs';
import { createSendGrid } from './mail/sendgrid.mjs';
import { createNeon } from './neon/neon.mjs';
import { createOpenAi } from './openai/openai.mjs';
import { createPages } from './pages/pages.mjs';
import { createTurso } from './turso/turso.mjs';
import { createTwilio } from './twilio/twilio.mjs';

/**
 * @type {((parts: import('./sandbox.mjs').ProviderParts) =>
 *   import('./sandbox.mjs').Provider | Promise<import('./sandbox.mjs').Provider>)[]}
 */
export const makers = [
  createTurso,
  createPages,
  createIdentity,
  createNeon,
  createOpenAi,
  createAnthropic,
  createSendGrid,
  createResend,
  createTwilio,
];
