// PDF endpoint: serves a PDF with an ETag, conditional requests and ranges (RFC 9110), so that downloads can resume.
// npm install @memio/core @memio/pdfkit content-disposition hono pdfkit
// Runs in browsers and Node.js.

import { BytesIO } from '@memio/core';
import { writePdf } from '@memio/pdfkit';
import contentDisposition from 'content-disposition';
import { Hono } from 'hono';

/** A strong entity tag: other bytes, another tag. */
export async function etagOf(io: BytesIO): Promise<string> {
  using bytes = io.getbuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `"${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}"`;
}

/** A range as `[start, end)`; `undefined` for what is to be ignored: none, malformed, backwards, several. */
export function parseRange(header: string | null, size: number): [start: number, end: number] | undefined {
  const [, first, last] = /^bytes=(?=.*\d)(\d*)-(\d*)$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined) return undefined;
  if (first === '') return [Math.max(0, size - Number(last)), size];
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return [Number(first), last === '' ? size : Math.min(size, Number(last) + 1)];
}

/** Answers GET and HEAD. Only the asked part is copied, and `io` may be changed or closed as soon as it returns. */
export function serveStream(request: Request, io: BytesIO, type: string, name: string, etag: string): Response {
  const asked = (header: string) => request.headers.get(header);
  const headers = new Headers({ etag, 'cache-control': 'private, no-cache', 'accept-ranges': 'bytes' });
  const names = (header: string, ...tags: string[]) =>
    asked(header)
      ?.split(/\s*,\s*/)
      .some((tag) => tag === '*' || tags.includes(tag));
  if (names('if-match', etag) === false) return new Response(null, { status: 412, headers });
  if (names('if-none-match', etag, `W/${etag}`)) return new Response(null, { status: 304, headers });

  const unchanged = [etag, null].includes(asked('if-range'));
  const range = request.method === 'GET' && unchanged ? parseRange(asked('range'), io.size) : undefined;
  const [start, end] = range ?? [0, io.size];
  if (range) headers.set('content-range', `bytes ${start < io.size ? `${start}-${end - 1}` : '*'}/${io.size}`);
  if (range && start >= io.size) return new Response(null, { status: 416, headers });

  headers.set('content-disposition', contentDisposition(name.toWellFormed(), { type: 'inline' }));
  headers.set('content-length', `${end - start}`);
  headers.set('content-type', type);
  io.seek(start);
  return new Response(request.method === 'HEAD' ? null : io.read(end - start), { status: range ? 206 : 200, headers });
}

export const app: Hono = new Hono();
// Drawn anew for each request: `deterministic` makes the same bytes each time, so a range of today fits to yesterday's.
app.get('/invoices/:number{[0-9]+}', async (c) => {
  const title = `Invoice ${c.req.param('number')}`;
  using pdf = await writePdf((doc) => doc.fontSize(24).text(title), { deterministic: true, info: { Title: title } });
  return serveStream(c.req.raw, pdf, 'application/pdf', `${title}.pdf`, await etagOf(pdf));
});

export default async function main(): Promise<Record<string, BytesIO>> {
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await app.request('/invoices/1042', { headers });
    const part = response.headers.get('content-range') ?? `${response.headers.get('content-length') ?? 0} bytes`;
    console.log(`${response.status}  ${part.padEnd(20)} ${JSON.stringify(headers)}`);
    return response;
  };
  const whole = await ask();
  await ask({ 'if-none-match': whole.headers.get('etag')! });
  const part = await ask({ range: 'bytes=-500' });
  await ask({ range: 'bytes=1000000-' });
  return { 'invoice.pdf': await BytesIO.from(whole), 'range.bin': await BytesIO.from(part) };
}
