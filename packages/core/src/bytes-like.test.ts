import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bytesOf, requireBytes } from './bytes-like.ts';
import { describe as call } from './errors.ts';
import { b } from './index.ts';

const memory = b`..abcdefgh..`.buffer;

describe('bytesOf()', () => {
  it.each<[string, ArrayBufferLike | ArrayBufferView, string]>([
    ['a Uint8Array', new Uint8Array(memory, 2, 3), 'abc'],
    ['a Buffer', Buffer.from(memory, 2, 3), 'abc'],
    ['a Uint8ClampedArray', new Uint8ClampedArray(memory, 2, 3), 'abc'],
    ['an Int16Array', new Int16Array(memory, 2, 2), 'abcd'],
    ['a BigInt64Array', new BigInt64Array(memory.slice(2, 10)), 'abcdefgh'],
    ['a DataView', new DataView(memory, 3, 4), 'bcde'],
    ['an ArrayBuffer', memory, '..abcdefgh..'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(2), '\0\0'],
    ['a view on a SharedArrayBuffer', new DataView(new SharedArrayBuffer(4), 1, 2), '\0\0'],
    ['nothing', new Uint8Array(), ''],
  ])('gives what %s covers, without a copy', (_, value, text) => {
    const bytes = bytesOf(value)!;
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(bytes).toString('latin1')).toBe(text);
    expect(bytes.buffer).toBe(ArrayBuffer.isView(value) ? value.buffer : value);
  });

  it.each([
    ['an ArrayBuffer', 'new Uint8Array([1, 2]).buffer'],
    ['a SharedArrayBuffer', 'const s = new SharedArrayBuffer(2); new Uint8Array(s).set([1, 2]); s'],
    ['a Uint8Array', 'new Uint8Array([1, 2])'],
    ['a DataView', 'new DataView(new Uint8Array([0, 1, 2]).buffer, 1)'],
  ])('takes %s of another realm', (_, code) => {
    expect([...bytesOf(runInNewContext(code))!]).toEqual([1, 2]);
  });

  it.each<[string, unknown]>([
    ['a string', 'abc'],
    ['an array of numbers', [1, 2]],
    ['an object like an array', { length: 1, 0: 1 }],
    ['a number', 1],
    ['null', null],
    ['undefined', undefined],
    ['a Blob', new Blob(['abc'])],
    ['an object that has a buffer', { buffer: memory, byteOffset: 0, byteLength: 3 }],
  ])('gives undefined for %s', (_, value) => {
    expect(bytesOf(value)).toBeUndefined();
  });
});

describe('requireBytes()', () => {
  it('gives what bytesOf() gives', () => {
    expect(requireBytes(new DataView(memory, 2, 3), 'use')).toEqual(b`abc`);
  });

  it.each([['abc'], [''], [null], [[1]], [1n]])('names the action, the value and the ways out for %s', (value) => {
    const attempt = () => requireBytes(value, 'use');
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE' }));
    expect(attempt).toThrow(`Cannot use ${call(value)}: expected an ArrayBuffer or a view on one`);
    if (typeof value === 'string') expect(attempt).toThrow(/TextEncoder.* b`…`$/);
  });
});
