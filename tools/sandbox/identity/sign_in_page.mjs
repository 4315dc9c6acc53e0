// The page on which a person says who they are, and the address that they are sent back to.

import { isLoopbackHost } from '../frame/http.mjs';
import { html } from '../status/html.mjs';
import { page } from '../status/layout.mjs';

export const people = [
  'mara.lindqvist@example.com',
  'tomas.okafor@example.com',
  'ines.duarte@example.com',
];

/**
 * The address to go back to, or null when it is not on this machine: tokens must not leave it.
 *
 * @param {string | null} redirectTo
 * @returns {URL | null}
 */
export function returnAddress(redirectTo) {
  if (redirectTo === null || !URL.canParse(redirectTo)) return null;
  const url = new URL(redirectTo);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && isLoopbackHost(url.host) && url.username === '' ? url : null;
}

/**
 * @param {URL} url  The back address without its own fragment.
 * @param {Record<string, any>} session
 */
export function withTokens(
  url,
  { access_token, refresh_token, expires_in, expires_at, token_type },
) {
  const fragment = new URLSearchParams({
    access_token,
    refresh_token,
    expires_in: String(expires_in),
    expires_at: String(expires_at),
    token_type,
    type: 'signin',
  });
  return `${url.href.split('#')[0]}#${fragment}`;
}

/**
 * @param {URL | null} back
 * @param {string} algorithm
 * @param {(email: string) => string} nameOf
 * @param {string} [problem]
 * @returns {string}
 */
export function signInPage(back, algorithm, nameOf, problem = '') {
  if (back === null) {
    return page(
      'Sign in',
      html`<div class="narrow card">
        <h1>Sign in</h1>
        <p>This page was opened without a way back. Open Fairway and choose "Sign in" there.</p>
        <p>The sandbox only sends people back to pages of this machine.</p>
      </div>`,
    );
  }
  const hidden = html`<input type="hidden" name="redirect_to" value="${back.href}" />
    <input type="hidden" name="alg" value="${algorithm}" />`;
  return page(
    'Sign in',
    html`<div class="narrow card">
      <h1>Sign in</h1>
      <p>
        You go back to <strong>${back.host}</strong>. These people are made up, and no password is
        needed in the sandbox.
      </p>
      ${people.map(
        (email) =>
          html`<form method="post" action="/identity/sign-in">
            ${hidden}
            <input type="hidden" name="email" value="${email}" />
            <button class="person" type="submit">
              Sign in as ${nameOf(email)} <small>${email}</small>
            </button>
          </form>`,
      )}
      <hr />
      <form method="post" action="/identity/sign-in">
        ${hidden}
        <label for="email">Or as somebody else</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="email"
          required
          placeholder="you@example.com"
          ${problem === '' ? '' : html` aria-invalid="true" aria-describedby="problem"`}
        />
        ${problem === '' ? '' : html`<p id="problem" class="bad" role="alert">${problem}</p>`}

        <button class="main" type="submit">Sign in with this e-mail</button>
      </form>
    </div>`,
  );
}
