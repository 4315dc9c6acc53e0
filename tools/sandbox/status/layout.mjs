// The frame of the sandbox's own pages: one style sheet, light and dark by the system's choice.

import { document, html } from './html.mjs';

/**
 * @param {string} title
 * @param {ReturnType<typeof html>} body
 * @returns {string}  A whole document.
 */
export function page(title, body) {
  return document(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
        <title>${title}</title>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`,
  );
}
