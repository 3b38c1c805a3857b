// View or copy: what getbuffer() and getvalue() cost on a large stream, in memory and in time, and what a view locks.
// npm install @memio/core
// Runs in browsers and Node.js.

import { BytesIO, b, isMemioError } from '@memio/core';

const MIB = 1024 * 1024;

/** In bytes: what all ArrayBuffers have, and what of the process is in physical memory. */
export type Memory = Record<'arrayBuffers' | 'rss', number>;

/** What this process uses; `undefined` where the runtime does not tell it, as in browsers. */
export function memory(): Memory | undefined {
  const { process } = globalThis as { process?: { memoryUsage?(): Memory } };
  return process?.memoryUsage?.();
}

/** Does something and tells in words what it took. What `action` returns is kept until the memory was looked at. */
export function measure<T>(name: string, action: () => T): T {
  const [before, start] = [memory(), performance.now()];
  const result = action();
  const [after, end] = [memory(), performance.now()];
  const grown = (key: keyof Memory): string => `${Math.round((after![key] - before![key]) / MIB)} MiB`;
  const told =
    before && after
      ? `${grown('arrayBuffers')} allocated, ${grown('rss')} more resident`
      : 'the memory it took is not told by this runtime';
  console.log(`${name}: ${(end - start).toFixed(1)} ms, ${told}`);
  return result;
}

export default async function main(mebibytes = '128'): Promise<Record<string, BytesIO>> {
  using stream = new BytesIO();
  const block = new Uint8Array(MIB).fill(7);
  for (let count = 0; count < Number(mebibytes); count++) stream.write(block);
  console.log(`A stream of ${stream.size / MIB} MiB`);

  // A copy is yours to change and to keep; a view is the memory of the stream itself.
  const copy = measure('getvalue()', () => stream.getvalue());
  const view = measure('getbuffer()', () => stream.getbuffer());
  [copy[0], view[1]] = [1, 2];
  stream.seek(0);
  const own = `which has ${copy.buffer.byteLength / MIB} MiB of its own`;
  console.log(`1 put into the copy, ${own}, and 2 into the view: the stream begins with ${stream.peek(2).join()}`);

  // While a view is out the stream keeps its size: the memory must not move away under the view.
  stream.seek(0, 2);
  try {
    stream.write(b`!`);
  } catch (error) {
    if (!isMemioError(error, 'ERR_MEMIO_BUFFER')) throw error;
    console.log(error.message);
  }
  view.release();

  // With `using` it is released at the end of the block, also when something throws. Python: `with io.getbuffer()`.
  {
    using bytes = stream.getbuffer();
    measure('A checksum of a view', () => bytes.subarray(0, MIB).reduce((sum, byte) => (sum + byte) % 65_521, 0));
  }
  stream.write(b`!`);
  console.log(`Written when no view was out: ${stream.size - Number(mebibytes) * MIB} byte more`);
  return {};
}
