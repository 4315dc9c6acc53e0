// The settings that reach the core, by the names of shared/host/settings.h. Secrets among them
// enter wasm memory only and are never logged.

export const settingNames = [
  'TURSO_ORG_ID',
  'TURSO_API_TOKEN',
  'TURSO_GROUP',
  'TURSO_API_URL',
  'TURSO_DATABASE_URL',
  'TURSO_SINGLE_UPLOAD_BYTES',
  'CLOUDFLARE_ACCOUNT_ID',
  'CLOUDFLARE_API_TOKEN',
  'CLOUDFLARE_API_URL',
  'CLOUDFLARE_PAGES_URL',
  'CREDENTIALS_ENCRYPTION_KEY',
  'SUPABASE_URL',
  'SUPABASE_JWT_SECRET',
  'SUPABASE_JWKS_URL',
  'SIGN_IN_URL',
  'OPENAI_API_KEY',
  'OPENAI_API_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_API_URL',
  'SENDGRID_API_KEY',
  'SENDGRID_API_URL',
  'RESEND_API_KEY',
  'RESEND_API_URL',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_URL',
  'GATEWAY_EMAIL_FROM',
  'GATEWAY_SMS_FROM',
  'GATEWAY_MARKUP_BASIS_POINTS',
  'GATEWAY_ACCOUNT_LIMIT_CENTS',
];

/**
 * @param {Record<string, unknown>} env
 * @returns {Record<string, string>}
 */
export function settingsFrom(env) {
  /** @type {Record<string, string>} */
  const settings = {};
  for (const name of settingNames) {
    const value = env[name];
    if (typeof value === 'string' && value !== '') settings[name] = value;
  }
  return settings;
}
