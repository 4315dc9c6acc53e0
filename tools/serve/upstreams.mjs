// The settings that point a worker at the sandbox for everything that a metered gateway talks to.

/** @param {string} origin  Of the sandbox. @returns {Record<string, string>} */
export function upstreamSettings(origin) {
  return {
    OPENAI_API_URL: `${origin}/openai`,
    OPENAI_API_KEY: 'sandbox-openai-key',
    ANTHROPIC_API_URL: `${origin}/anthropic`,
    ANTHROPIC_API_KEY: 'sandbox-anthropic-key',
  };
}
