import { Buffer } from 'node:buffer';
import { tmpdir } from 'node:os';
import { BytesIO, b } from '@memio/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { SpooledBytesIO } from './spooled-bytes-io.ts';
import { toBuffer } from './to-buffer.ts';

describe.each<[string, (content: Uint8Array<ArrayBuffer>) => BytesIO]>([
  ['BytesIO', (content) => new BytesIO(content)],
  ['BytesIO on memory of the caller', (content) => BytesIO.adopt(content)],
  ['SpooledBytesIO in memory', (content) => new SpooledBytesIO(content)],
  ['SpooledBytesIO in its file', (content) => new SpooledBytesIO(content, { maxSize: 0, dir: tmpdir() })],
])('toBuffer() of a %s', (_, make) => {
  it.each([0, 1, 5, 5000, 70_000, 3_000_000])(
    'is a Buffer of all %i bytes, whatever the cursor, which stays',
    (length) => {
      const content = new Uint8Array(length).map((_, index) => index * 31 + (index >> 8));
      using io = make(content.slice());
      io.seek(length >> 1);
      const buffer = toBuffer(io);
      expectTypeOf(buffer).toEqualTypeOf<Buffer<ArrayBuffer>>();
      expect([Buffer.isBuffer(buffer), buffer.length, Buffer.compare(buffer, content)]).toEqual([true, length, 0]);
      expect(io.tell()).toBe(length >> 1);
    },
  );

  it('is a copy, with memory of its own: nothing else lies in its ArrayBuffer', () => {
    using io = make(b`hello`);
    const buffer = toBuffer(io);
    expect([buffer.byteOffset, buffer.buffer.byteLength]).toEqual([0, 5]);
    expect(buffer.buffer).not.toBe(Buffer.from('hello').buffer);
    buffer.fill(0);
    expect(io.getvalue()).toEqual(b`hello`);
    io.write(b`HELLO`);
    io.truncate(0);
    expect(buffer).toEqual(Buffer.alloc(5));
  });
});

describe('toBuffer()', () => {
  it('refuses what is no BytesIO, and a closed one', () => {
    expect(() => toBuffer(b`abc` as never)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_MEMIO_TYPE',
        message: 'Cannot make a Buffer of an instance of Uint8Array: expected a BytesIO',
      }),
    );
    const io = new BytesIO(b`abc`);
    io.close();
    expect(() => toBuffer(io)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });
});
