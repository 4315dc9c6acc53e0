// Ids in the form of Prisma's cuid(): "c", the time, and random letters, 25 characters.

/** @param {number} [now_ms] */
export function newId(now_ms = Date.now()) {
  const random = crypto.getRandomValues(new Uint8Array(16));
  const letters = [...random].map((byte) => (byte % 36).toString(36)).join('');
  return `c${now_ms.toString(36).padStart(8, '0')}${letters}`;
}
