// What both providers of mail keep of a mail, and its page.

import { boxPage, createBox } from '../metered/box.mjs';
import { createCharges } from '../metered/charges.mjs';

/**
 * @typedef {object} Mail
 * @property {string} id
 * @property {string} provider
 * @property {number} at_ms
 * @property {string} from
 * @property {string[]} to
 * @property {string[]} cc
 * @property {string[]} bcc
 * @property {string} subject
 * @property {string} text  Or the HTML, where there is no text.
 */
/**
 * @typedef {object} MailState
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {ReturnType<typeof createBox<Mail>>} box
 * @property {import('../metered/charges.mjs').Charges} charges
 */

/** @param {string} provider @param {import('../frame/clock.mjs').Clock} clock */
export function createMailState(provider, clock) {
  /** @type {MailState} */
  const state = { clock, box: createBox(), charges: createCharges(provider, clock) };
  return state;
}

/** Everyone gets it, and everyone is charged. @param {MailState} state @param {string} key
 *  @param {Omit<Mail, 'at_ms'>[]} mails @param {string} id of the call */
export function deliver({ box, charges, clock }, key, mails, id) {
  let units = 0;
  for (const mail of mails) {
    box.add({ ...mail, at_ms: clock.now_ms() });
    units += mail.to.length + mail.cc.length + mail.bcc.length;
  }
  charges.add({
    id,
    key,
    model: 'mail',
    outcome: 'whole',
    unit: 'recipient',
    units,
    usage: { recipients: units },
  });
}

/** What of a provider is the same for both. @param {MailState} state @param {string} title
 *  @param {string} name */
export function mailParts({ box, charges }, title, name) {
  return {
    summary: () => ({ [name]: { mails: box.list().length } }),
    page: () =>
      boxPage(
        title,
        box.list().map(({ at_ms, subject, from, to, cc, bcc, text }) => ({
          at_ms,
          heading: subject,
          lines: [
            `From ${from}`,
            `To ${to.join(', ')}`,
            ...(cc.length > 0 ? [`Cc ${cc.join(', ')}`] : []),
            ...(bcc.length > 0 ? [`Bcc ${bcc.join(', ')}`] : []),
          ],
          text,
        })),
      ),
    lists: { charges: charges.list, mails: box.list },
    close: () => undefined,
    reset() {
      box.clear();
      charges.clear();
    },
  };
}
