// Runs the code of a project apart from the builder: in a sandboxed frame without origin, storage
// or network. Loaded twice: as "server" it runs server.js, as "page" it shows public/index.html and
// passes /api/ on to the server. Files and a port come from the builder by one message; everything
// else goes through ports.
'use strict';
(() => {
  /**
   * @typedef {{ kind: 'page' | 'server', texts: Map<string, string>, binaries: Map<string,
   * Uint8Array<ArrayBuffer>>,
   *   environment: Record<string, string>, previewDatabase: string }} Start
   * @typedef {{ method: string, path: string, headers: [string, string][], body: ArrayBuffer | null
   * }} Asked
   * @typedef {{ status: number, headers: [string, string][], body: ArrayBuffer }} Answered
   */

  const types = /** @type {Record<string, string>} */ ({
    css: 'text/css',
    svg: 'image/svg+xml',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    webp: 'image/webp',
    gif: 'image/gif',
    ico: 'image/x-icon',
    woff2: 'font/woff2',
  });

  /** @param {MessagePort} port what the frame calls, with an answer by number */
  function caller(port) {
    let last = 0;
    /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
    const waiting = new Map();
    port.onmessage = ({ data }) => {
      const call = waiting.get(data.number);
      waiting.delete(data.number);
      if (data.error)
        call?.reject(Object.assign(new Error(data.error.message), { code: data.error.code }));
      else call?.resolve(data.value);
    };
    return (/** @type {unknown} */ value, /** @type {Transferable[]} */ transfer = []) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        port.postMessage({ number: last, value }, transfer);
      });
  }

  /**
   * Modules of the project as blob: addresses, with imports pointing at each other.
   * @param {Map<string, string>} texts
   * @param {string} previewDatabase
   */
  function moduleLoader(texts, previewDatabase) {
    /** @type {Map<string, string>} path -> address, '' while it is being made */
    const made = new Map();
    const preview = URL.createObjectURL(new Blob([previewDatabase], { type: 'text/javascript' }));

    /** @param {string} path @returns {string} */
    function addressOf(path) {
      const known = made.get(path);
      if (known === '') throw new Error(`The modules import each other in a circle at ${path}.`);
      if (known) return known;
      const text = texts.get(path);
      if (text === undefined) throw new Error(`The project has no file ${path}.`);
      made.set(path, '');
      const form = new RegExp(
        '^(\\s*(?:import|export)\\b[^;\'"]*?\\bfrom\\s*|\\s*import\\s*|.*?\\bimport\\s*\\(\\s*)' +
          '([\'"])([^\'"\\n]+)\\2',
        'gm',
      );
      const linked = text.replaceAll(form, (whole, before, quote, specifier) => {
        if (specifier === '@builder/preview-database') return before + quote + preview + quote;
        if (!/^\.\.?\//.test(specifier)) return whole;
        const target = new URL(specifier, `https://project/${path}`).pathname.slice(1);
        return before + quote + addressOf(decodeURIComponent(target)) + quote;
      });
      const address = URL.createObjectURL(
        new Blob([`${linked}\n//# sourceURL=project/${path}`], { type: 'text/javascript' }),
      );
      made.set(path, address);
      return address;
    }
    return addressOf;
  }

  /**
   * @param {Start} start
   * @param {MessagePort} databasePort
   * @param {MessagePort} requests
   */
  async function runServer(start, databasePort, requests) {
    const world = /** @type {any} */ (globalThis);
    world.process = { env: Object.freeze({ ...start.environment }) };
    world.askBuilder = caller(databasePort);
    const addressOf = moduleLoader(start.texts, start.previewDatabase);
    const loaded = import(addressOf('server.js'));
    requests.onmessage = async ({ data }) => {
      /** @type {Asked} */
      const asked = data.value;
      try {
        const { handle } = await loaded;
        const request = new Request(new URL(asked.path, 'https://preview.invalid'), {
          method: asked.method,
          headers: asked.headers,
          body: asked.body,
        });
        const response = await handle(request);
        const body = await response.arrayBuffer();
        /** @type {Answered} */
        const value = { status: response.status, headers: [...response.headers], body };
        requests.postMessage({ number: data.number, value }, [body]);
      } catch (error) {
        console.error(error);
        requests.postMessage({
          number: data.number,
          error: { message: error instanceof Error ? error.message : String(error) },
        });
      }
    };
    await loaded;
  }

  /** @param {MessagePort} requests */
  function bridgeFetch(requests) {
    const ask = caller(requests);
    const fetchOutside = globalThis.fetch.bind(globalThis);
    globalThis.fetch = async (input, init) => {
      const request = new Request(
        input instanceof Request ? input : new URL(String(input), location.href),
        init,
      );
      const url = new URL(request.url);
      if (url.host !== location.host || !url.pathname.startsWith('/api/'))
        return fetchOutside(request);
      const body = ['GET', 'HEAD'].includes(request.method) ? null : await request.arrayBuffer();
      /** @type {Asked} */
      const asked = {
        method: request.method,
        path: url.pathname + url.search,
        headers: [...request.headers],
        body,
      };
      /** @type {Answered} */
      let answered;
      try {
        answered = await ask(asked, body ? [body] : []);
      } catch (error) {
        const words = JSON.stringify({
          error: `server.js stopped: ${error instanceof Error ? error.message : error}`,
        });
        return new Response(words, {
          status: 500,
          headers: { 'content-type': 'application/json' },
        });
      }
      const empty = [204, 205, 304].includes(answered.status);
      return new Response(empty ? null : answered.body, {
        status: answered.status,
        headers: answered.headers,
      });
    };
  }

  /** @param {Start} start @param {MessagePort} requests */
  async function showPage(start, requests) {
    bridgeFetch(requests);
    const addressOf = moduleLoader(
      new Map([...start.texts].map(([path, text]) => [path.replace(/^public\//, ''), text])),
      '',
    );
    const html =
      start.texts.get('public/index.html') ?? '<p>The project has no public/index.html.</p>';
    const page = new DOMParser().parseFromString(html, 'text/html');
    const scripts = [...page.querySelectorAll('script')];
    for (const script of scripts) script.remove();
    for (const link of page.querySelectorAll('link')) {
      if (link.rel === 'stylesheet')
        adoptStyle(start.texts.get(`public/${link.getAttribute('href')}`) ?? '');
      if (link.rel === 'stylesheet' || link.rel === 'icon') link.remove();
    }
    for (const image of page.querySelectorAll('img'))
      image.src = pictureAddress(start, image.getAttribute('src') ?? '');
    document.documentElement.lang = page.documentElement.lang;
    document.head.append(...page.head.childNodes);
    document.title = page.title;
    document.body.replaceChildren(...page.body.childNodes);
    for (const script of scripts) {
      const source = script.getAttribute('src');
      if (source === null) continue;
      const running = document.createElement('script');
      running.type = script.type;
      running.async = false;
      running.src = addressOf(source.replace(/^\.?\//, ''));
      document.body.append(running);
    }
  }

  /** @param {string} text */
  function adoptStyle(text) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  }

  /** @param {Start} start @param {string} source */
  function pictureAddress(start, source) {
    const bytes = start.binaries.get(`public/${source.replace(/^\.?\//, '')}`);
    if (!bytes) return source;
    const type = types[source.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
    return URL.createObjectURL(new Blob([bytes], { type }));
  }

  addEventListener(
    'message',
    async (event) => {
      if (
        event.source !== parent ||
        event.origin !== location.origin ||
        event.data?.type !== 'builder:start'
      )
        return;
      /** @type {Start} */
      const start = event.data.start;
      const [first, second] = event.ports;
      if (!first) return;
      try {
        if (start.kind === 'server' && second) await runServer(start, first, second);
        else await showPage(start, first);
        parent.postMessage({ type: 'builder:running', kind: start.kind }, location.origin);
      } catch (error) {
        parent.postMessage(
          {
            type: 'builder:stopped',
            kind: start.kind,
            why: error instanceof Error ? error.message : String(error),
          },
          location.origin,
        );
      }
    },
    { once: true },
  );
  parent.postMessage({ type: 'builder:ready' }, location.origin);
})();
