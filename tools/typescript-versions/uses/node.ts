import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { BytesIO, b } from '@memio/core';
import { writeChunks } from '@memio/core/adapter';

/** The same without the DOM library: Node's own types have to be enough. */
export async function use(path: string): Promise<Buffer> {
  const io = await BytesIO.from(createReadStream(path), { maxBytes: 1024 });
  io.write(Buffer.from('text'));
  io.write(b`\x00`);
  createHash('sha256').update(io.getbuffer()).digest();
  await writeFile(path, io.getvalue());
  await BytesIO.from(await fetch('http://localhost'));
  new Response(io.getvalue());
  new Blob([io.getvalue()]);
  await writeChunks({ adapter: 'x', operation: 'writeX' }, {}, (sink) => {
    sink.end();
    return () => {};
  });
  return Buffer.from(io.transfer().buffer);
}
