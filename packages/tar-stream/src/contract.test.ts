import { gunzipSync, gzipSync } from 'node:zlib';
import { describeReader, describeWriter } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { parseTar } from 'nanotar';
import { expect } from 'vitest';
import { readTar, type TarFiles, type TarSource, writeTar } from './index.ts';

const FILES = { 'a.txt': b`Hello`, 'b.bin': b`\x00\xff` };
const sample = (): TarSource => ({ 'a.txt': FILES['a.txt'].slice(), 'b.bin': new BytesIO(FILES['b.bin']) });
const verify = (bytes: Uint8Array) => {
  const entries = parseTar(bytes).map(({ name, data }) => [name, Uint8Array.from(data ?? [])]);
  expect(Object.fromEntries(entries)).toEqual(FILES);
};
const memory = (source: TarSource) => Object.values(source as Record<string, Uint8Array | BytesIO>);
const gone = async function* () {
  yield b`begun`;
  throw new Error('gone');
};
/** A content that yields a chunk and then `next`. */
const content = (next: () => Promise<unknown>): TarSource => ({
  'a.txt': FILES['a.txt'],
  late: (async function* () {
    yield b`begun`;
    await next();
  })(),
});
const sourceError = { name: 'SourceError', code: 'ERR_MEMIO_SOURCE' };

for (const [title, gzip] of [
  ['writeTar', false],
  ['writeTar, gzip', true],
] as const)
  describeWriter<TarSource>({
    adapter: '@memio/tar-stream',
    operation: 'writeTar',
    write: (source, options) => writeTar(source, gzip ? { ...options, gzip } : options),
    sample,
    verify: (bytes) => verify(gzip ? gunzipSync(bytes) : bytes),
    memory,
    faults: {
      errorMidway: { absent: 'tar-stream fails on nothing that writeTar() lets through' },
      closesEarly: { absent: 'tar-stream stops when writeTar() does' },
      destroyed: { absent: 'the source is data, not a stream' },
      consumed: { absent: 'the source is data, not a stream' },
      neverEnds: () => content(() => new Promise(() => {})),
      [`a content fails (${title})`]: { source: () => ({ 'a.txt': FILES['a.txt'], late: gone() }), error: sourceError },
      'a content is no bytes': {
        source: () => ({
          late: (async function* () {
            yield 'text' as never;
          })(),
        }),
        error: { name: 'TypeError' },
      },
    },
    completes: { absent: 'the archive is begun and ended by writeTar()' },
    wrong: ['a.txt', b`bytes`, { a: 5 }, { a: null }, [5]],
    outOfRange: {
      'an absolute name': () => ({ '/a': b`x` }),
      'a name that escapes': () => ({ '../a': b`x` }),
      'a name twice': () => [
        ['a', b`x`],
        ['a', b`y`],
      ],
      'a mode of 0o10000': () => ({ a: { content: b`x`, mode: 0o10000 } }),
      'an invalid date': () => ({ a: { content: b`x`, mtime: new Date(Number.NaN) } }),
      'a link without a linkname': () => ({ a: { type: 'symlink' } }),
      'a folder with content': () => ({ 'a/': b`x` }),
    },
    deterministic: true,
  });

const valid = (await writeTar(FILES, { deterministic: true })).getvalue();
const expected = (files: TarFiles) =>
  expect(Object.fromEntries([...files].map(([name, file]) => [name, file.getvalue()]))).toEqual(FILES);
/** An archive whose file is 300 MB by its header. */
function bomb(): Uint8Array {
  const file = Buffer.from(valid);
  file.write('02166010600 ', 124, 'latin1');
  const sum = file.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  file.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return file;
}

for (const [bytes, trailing] of [
  [valid, 'left'],
  [new Uint8Array(gzipSync(valid)), 'taken'],
] as const)
  describeReader<TarFiles>({
    adapter: '@memio/tar-stream',
    operation: 'readTar',
    read: readTar,
    valid: bytes,
    verify: expected,
    memory: (files) => [...files.values()],
    plainArrays: true,
    damaged: {
      'it is no archive': b`not an archive of any kind`.slice(),
      'a checksum is wrong': valid.with(0, 0x62),
      'it is cut off between two entries': valid.slice(0, 1024),
    },
    trailing,
    budgets: {
      maxEntries: { enough: 2, tooLittle: 1, hostile: { absent: 'see maxBytes' }, lifted: { absent: 'see maxBytes' } },
      maxBytes: {
        enough: trailing === 'left' ? 7 : valid.length,
        tooLittle: 6,
        hostile: trailing === 'left' ? bomb() : { absent: 'it would have to inflate to 256 MiB' },
        lifted: { absent: 'it would take 300 MB' },
      },
    },
  });
