// The settings that point a worker at the sandbox for everything that a metered gateway talks to.

/** @param {string} origin  Of the sandbox. @returns {Record<string, string>} */
export function upstreamSettings(origin) {
  return {
    OPENAI_API_URL: `${origin}/openai`,
    OPENAI_API_KEY: 'sandbox-openai-key',
    ANTHROPIC_API_URL: `${origin}/anthropic`,
    ANTHROPIC_API_KEY: 'sandbox-anthropic-key',
    SENDGRID_API_URL: `${origin}/sendgrid`,
    SENDGRID_API_KEY: 'sandbox-sendgrid-key',
    RESEND_API_URL: `${origin}/resend`,
    RESEND_API_KEY: 'sandbox-resend-key',
    TWILIO_API_URL: `${origin}/twilio`,
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'sandbox-twilio-token',
    GATEWAY_EMAIL_FROM: 'hello@fairway.test',
    GATEWAY_SMS_FROM: '+15005550006',
  };
}
