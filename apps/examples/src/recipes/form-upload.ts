// Upload: sends a stream as the file of a form or as a raw body, and takes both on the other side, with a limit.
// npm install @memio/core hono
// Runs in browsers and Node.js.

import { BytesIO, b, isMemioError } from '@memio/core';
import { Hono } from 'hono';

/** The body of a request. More than `maxBytes` is a `LimitError`; nothing is read when its Content-Length says so. */
export async function takeBody(request: Request, maxBytes: number): Promise<BytesIO> {
  const length = request.headers.get('content-length');
  const expectedLength = length === null ? undefined : Number(length);
  // Firefox has no `body` of a request, nor has a request without one.
  return BytesIO.from(request.body ?? (await request.blob()), { maxBytes, expectedLength });
}

/** The file in a field of a form. `maxBytes` limits the whole form, of which `request.formData()` takes in any size. */
export async function takeFile(request: Request, field: string, maxBytes: number): Promise<File> {
  const body = await takeBody(request, maxBytes);
  const type = request.headers.get('content-type') ?? '';
  const form = await new Response(body.stream(), { headers: { 'content-type': type } }).formData();
  const file = form.get(field);
  if (file instanceof File) return file;
  throw new TypeError(`Expected a file in the field ${field}`);
}

/** Takes forms with `POST /files` and raw bodies with `PUT /files/NAME`. */
export function createApp(maxBytes: number, save: (name: string, io: BytesIO) => void): Hono {
  const app = new Hono();
  app.post('/files', async (c) => {
    const file = await takeFile(c.req.raw, 'file', maxBytes);
    save(file.name, await BytesIO.from(file));
    return c.text(`${file.name} has ${file.size} bytes of ${file.type}`, 201);
  });
  app.put('/files/:name', async (c) => {
    const io = await takeBody(c.req.raw, maxBytes);
    save(c.req.param('name'), io);
    return c.text(`${c.req.param('name')} has ${io.size} bytes`, 201);
  });
  app.onError((error, c) => {
    if (isMemioError(error, 'ERR_MEMIO_LIMIT')) return c.text(error.message, 413);
    return c.text(error.message, isMemioError(error) || error instanceof TypeError ? 400 : 500);
  });
  return app;
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const files: Record<string, BytesIO> = {};
  const app = createApp(100_000, (name, io) => Object.assign(files, { [name]: io }));
  const rain = new BytesIO(b`day,rain\nMon,3.2\nTue,0.0\nWed,11.5\n`);

  const form = new FormData();
  form.set('file', rain.blob('text/csv'), 'rain.csv');
  // A view saves the copy that `getvalue()` makes. Contents that are on disk go piece by piece, as `rain.stream()`.
  using body = rain.getbuffer();
  const large = new Uint8Array(100_001);
  for (const response of [
    await app.request('/files', { method: 'POST', body: form }),
    await app.request('/files/copy.csv', { method: 'PUT', body }),
    await app.request('/files/large.bin', { method: 'PUT', body: large }),
  ])
    console.log(`${response.status} ${await response.text()}`);
  return files;
}
