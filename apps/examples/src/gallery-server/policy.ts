import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** The page sends it with each run. No form and no link can; a script of another origin would have to ask first. */
export const ASK_HEADER = 'x-memio-gallery';

const policy = (scripts: string): string =>
  [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self'",
    "img-src 'self' blob:",
    "worker-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const PAGE_POLICY = policy("'self'");
/** For the worker that recipes run in, and for it alone: SQLite is WebAssembly. */
const WORKER_POLICY = policy("'self' 'wasm-unsafe-eval'");

/** The headers of every answer; `path` is that of a file of the page. */
export function securityHeaders(path: string): OutgoingHttpHeaders {
  return {
    'content-security-policy': /^\/assets\/worker-[^/]*\.js$/.test(path) ? WORKER_POLICY : PAGE_POLICY,
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** Why a request is refused; `undefined` when it comes from the page itself, or from nobody's. */
export function refusal(port: number, method: string, headers: IncomingHttpHeaders): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const { host = '', origin } = headers;
  // A name that an attacker points to 127.0.0.1 comes with that name.
  if (!hosts.includes(host)) return 'This host is not served here';
  if (origin !== undefined && origin !== `http://${host}`) return 'Other origins are refused';
  if (method !== 'POST') return undefined;
  if (origin === undefined || (headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin') {
    return 'Other origins are refused';
  }
  return headers[ASK_HEADER] === 'run' ? undefined : 'Only the page may ask for a run';
}
