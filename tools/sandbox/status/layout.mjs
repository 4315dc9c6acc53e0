// The frame of the sandbox's own pages: one style sheet, light and dark by the system's choice.

import {document, html} from './html.mjs';

const style = html`
  :root { color-scheme: light dark; --canvas: #F4F5F7; --surface: #FFFFFF; --inset: #F1F2F5;
    --border: #E1E4E9; --outline: #858C99; --text: #13161B; --text-2: #464D5B; --text-3: #616977;
    --accent: #2357D9; --link: #1E4DC7; --ok: #0B7446; --warn: #875100; --bad: #B1261E; }
  @media (prefers-color-scheme: dark) { :root { --canvas: #0C0E11; --surface: #14171B;
    --inset: #1B1F25; --border: #272C34; --outline: #717A88; --text: #F0F2F5; --text-2: #B5BCC8;
    --text-3: #8F97A5; --accent: #3765E4; --link: #93B4FF; --ok: #55CE95; --warn: #EFB452;
    --bad: #FF9289; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--canvas); color: var(--text);
    font: 14px/20px Inter, system-ui, sans-serif; }
  main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 56px; }
  h1 { font-size: 24px; line-height: 32px; margin: 0 0 8px; }
  h2 { font-size: 16px; line-height: 24px; margin: 32px 0 12px; }
  h3 { font-size: 15px; line-height: 20px; margin: 0 0 8px; }
  p { margin: 0 0 12px; color: var(--text-2); }
  a { color: var(--link); }
  code { font: 12px/20px "JetBrains Mono", ui-monospace, monospace; }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 20px; }
  .card { background: var(--surface); border: 1px solid var(--border); border-radius: 12px;
    padding: 20px; overflow-wrap: anywhere; }
  .card ul { margin: 0; padding-left: 20px; color: var(--text-2); }
  .scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--border);
    border-radius: 12px; }
  table { border-collapse: collapse; width: 100%; font-size: 13px; }
  th, td { text-align: left; padding: 8px 12px; border-bottom: 1px solid var(--border);
    vertical-align: top; white-space: pre-wrap; max-width: 480px; overflow-wrap: anywhere; }
  th { color: var(--text-2); font-weight: 600; background: var(--inset); }
  td.integer, td.real, td.number { font-variant-numeric: tabular-nums; }
  td.null { color: var(--text-3); }
  .ok { color: var(--ok); } .warn { color: var(--warn); } .bad { color: var(--bad); }
  .row { display: flex; flex-wrap: wrap; gap: 8px; }
  button, .button { font: inherit; font-weight: 600; min-height: 44px; padding: 4px 16px;
    border-radius: 8px; border: 1px solid var(--outline); background: var(--surface);
    color: var(--text); cursor: pointer; text-decoration: none; }
  button.main { background: var(--accent); border-color: var(--accent); color: #FFFFFF; }
  button:focus-visible, a:focus-visible, input:focus-visible, .scroll:focus-visible {
    outline: 2px solid var(--accent); outline-offset: 2px; }
  input { font: inherit; font-size: 16px; min-height: 44px; width: 100%; padding: 0 12px;
    border: 1px solid var(--outline); border-radius: 8px; background: var(--surface);
    color: var(--text); }
  .narrow { max-width: 400px; margin: 8vh auto 0; }
  .narrow form { margin: 0 0 8px; } .narrow button { width: 100%; }
  .narrow button.person { text-align: left; } .narrow small { color: var(--text-3);
    font-weight: 400; display: block; font-size: 12px; line-height: 16px; }
  hr { border: 0; border-top: 1px solid var(--border); margin: 20px 0; }
  label { display: block; font-weight: 600; margin: 0 0 4px; }`;

/**
 * @param {string} title
 * @param {ReturnType<typeof html>} body
 * @returns {string}  A whole document.
 */
export function page(title, body) {
  return document(html`<html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,"><title>${title}</title><style>${style}</style></head>
    <body><main>${body}</main></body></html>`);
}
