// People, their sessions and the tokens they get. Anybody may be anybody here: an e-mail address is
// enough, and the same address is the same person on every machine.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { signJwt, verifyJwt } from '../frame/jwt.mjs';

/** The shared secret of HS256 tokens (SUPABASE_JWT_SECRET). It protects nothing. */
export const jwt_secret = 'sandbox-jwt-secret-with-at-least-32-characters';
export const password = 'sandbox';

/** @typedef {'ES256' | 'HS256'} Algorithm */

/**
 * @typedef {object} Session
 * @property {string} id
 * @property {string} email
 * @property {Algorithm} algorithm
 * @property {string} refresh_sha256  Of the one refresh token that still works.
 * @property {string[]} used_sha256
 * @property {number} created_at_ms
 */

/** A request that the service refuses, with its code. */
export class AuthRefused extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @param {string} text */
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/**
 * @param {string} email
 * @returns {string}  The same UUID for the same address, always.
 */
export function personId(email) {
  const hex = sha256(`fairway sandbox person ${email}`);
  return (
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-` +
    hex.slice(20, 32)
  );
}

/**
 * An address in the form in which it is compared, or '' when it is none.
 *
 * @param {unknown} email
 */
export function normalEmail(email) {
  const text = typeof email === 'string' ? email.trim().toLowerCase() : '';
  return text.length <= 254 && /^[^\s@<>"']+@[^\s@<>"']+$/.test(text) ? text : '';
}

/** @param {string} email */
export function describePerson(email) {
  const words = (email.split('@')[0] ?? '').split(/[._-]+/).filter((word) => word !== '');
  const name = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ');
  return {
    id: personId(email),
    aud: 'authenticated',
    role: 'authenticated',
    email,
    phone: '',
    email_confirmed_at: '2026-01-01T00:00:00Z',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: { email, name },
    identities: [],
    is_anonymous: false,
  };
}

export class Accounts {
  /**
   * @param {import('../sandbox.mjs').ProviderParts} parts
   * @param {{lifetime_s: number}} settings
   */
  constructor({ store, clock, origin }, settings) {
    this.clock = clock;
    this.settings = settings;
    this.issuer = `${origin}/identity/auth/v1`;
    /** @type {import('../frame/store.mjs').Collection<{pem: string}>} */
    this.keys = store.collection('identity.keys');
    /** @type {import('../frame/store.mjs').Collection<Session>} */
    this.sessions = store.collection('identity.sessions');
    const pem = this.keys.get('es256')?.pem ?? newKey();
    this.keys.put('es256', { pem });
    this.pem = pem;
    this.privateKey = createPrivateKey(pem);
    this.publicKey = createPublicKey(this.privateKey);
    const { x, y } = this.publicKey.export({ format: 'jwk' });
    this.kid = sha256(`${x}.${y}`).slice(0, 16);
    this.jwk = {
      kty: 'EC',
      crv: 'P-256',
      x,
      y,
      kid: this.kid,
      alg: 'ES256',
      use: 'sig',
      key_ops: ['verify'],
      ext: true,
    };
  }

  /** Every session ends; the signing key stays, since others may have it cached. */
  reset() {
    this.keys.put('es256', { pem: this.pem });
  }

  /**
   * @param {string} email
   * @param {Algorithm} algorithm
   */
  signIn(email, algorithm) {
    return this.answer({
      id: randomUUID(),
      email,
      algorithm,
      refresh_sha256: '',
      used_sha256: [],
      created_at_ms: this.clock.now_ms(),
    });
  }

  /** @param {string} refreshToken */
  refresh(refreshToken) {
    const session = this.sessions.get(refreshToken.split('.')[0] ?? '');
    const proof = sha256(refreshToken);
    if (
      session === undefined ||
      ![session.refresh_sha256, ...session.used_sha256].includes(proof)
    ) {
      throw new AuthRefused(
        400,
        'refresh_token_not_found',
        'Invalid Refresh Token: Refresh Token Not Found',
      );
    }
    if (session.refresh_sha256 !== proof) {
      this.sessions.remove(session.id);
      throw new AuthRefused(
        400,
        'refresh_token_already_used',
        'Invalid Refresh Token: Already Used',
      );
    }
    return this.answer({ ...session, used_sha256: [...session.used_sha256, proof].slice(-20) });
  }

  /**
   * A fresh pair of tokens for a session, which is kept.
   *
   * @param {Session} session
   */
  answer(session) {
    const refresh_token = `${session.id}.${randomBytes(18).toString('base64url')}`;
    this.sessions.put(session.id, { ...session, refresh_sha256: sha256(refresh_token) });
    const iat = Math.floor(this.clock.now_ms() / 1000);
    const exp = iat + this.settings.lifetime_s;
    const person = describePerson(session.email);
    const claims = {
      iss: this.issuer,
      sub: person.id,
      aud: 'authenticated',
      exp,
      iat,
      email: session.email,
      phone: '',
      app_metadata: person.app_metadata,
      user_metadata: person.user_metadata,
      role: 'authenticated',
      aal: 'aal1',
      session_id: session.id,
      is_anonymous: false,
      amr: [{ method: 'password', timestamp: Math.floor(session.created_at_ms / 1000) }],
    };
    const access_token =
      session.algorithm === 'HS256'
        ? signJwt('HS256', Buffer.from(jwt_secret), claims)
        : signJwt('ES256', this.privateKey, claims, { kid: this.kid });
    return {
      access_token,
      token_type: 'bearer',
      expires_in: this.settings.lifetime_s,
      expires_at: exp,
      refresh_token,
      user: person,
    };
  }

  /**
   * The session that an access token speaks for; throws AuthRefused.
   *
   * @param {string} token
   * @returns {Session}
   */
  sessionOf(token) {
    if (token === '') {
      throw new AuthRefused(401, 'no_authorization', 'This endpoint requires a Bearer token');
    }
    const claims =
      verifyJwt('ES256', this.publicKey, token) ??
      verifyJwt('HS256', Buffer.from(jwt_secret), token);
    if (claims === null) {
      throw new AuthRefused(403, 'bad_jwt', 'invalid JWT: unable to parse or verify signature');
    }
    if (typeof claims.exp !== 'number' || claims.exp * 1000 <= this.clock.now_ms()) {
      throw new AuthRefused(403, 'bad_jwt', 'invalid JWT: token is expired');
    }
    const session = this.sessions.get(String(claims.session_id));
    if (session === undefined) {
      throw new AuthRefused(
        403,
        'session_not_found',
        'Session from session_id claim in JWT does not exist',
      );
    }
    return session;
  }

  /**
   * @param {string} token
   * @param {string} scope  global, local or others.
   */
  signOut(token, scope) {
    const current = this.sessionOf(token);
    for (const session of this.sessions.list()) {
      const isThis = session.id === current.id;
      const isMine = session.email === current.email;
      const ends = scope === 'local' ? isThis : isMine && (scope !== 'others' || !isThis);
      if (ends) this.sessions.remove(session.id);
    }
  }
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
