import { PassThrough, Readable } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { describeReader, describeWriter } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { crc32 } from '@memio/formats';
import { unzipSync, zipSync } from 'fflate';
import JSZip from 'jszip';
import { expect } from 'vitest';
import { readZip, writeZip, type ZipSource } from './index.ts';
import { type RawEntry, rawZip } from './oracle/raw-zip.ts';

const FILES = { 'a.txt': b`Hello`, 'b/c.bin': b`\x00\xff\x00\xff` };
const gone = new Error('gone');

/** A JSZip with FILES, and an entry in front of them that it has to read from a stream. */
const streaming = (stream: NodeJS.ReadableStream) => new JSZip().file('stream', stream).file('a.txt', FILES['a.txt']);
const begun = () => {
  const stream = new PassThrough();
  stream.write('begun');
  return stream;
};
const stopped = (error?: Error) => () => {
  const stream = begun();
  setImmediate(() => stream.destroy(error));
  return streaming(stream);
};
const whole = () =>
  new JSZip().file('a.txt', FILES['a.txt']).file('b/c.bin', FILES['b/c.bin'], { createFolders: false });

describeWriter<ZipSource>({
  adapter: '@memio/jszip',
  operation: 'writeZip',
  write: writeZip,
  sample: () => ({ 'a.txt': FILES['a.txt'].slice(), 'b/c.bin': new BytesIO(FILES['b/c.bin']) }),
  verify: (bytes) => expect(unzipSync(bytes)).toEqual(FILES),
  memory: (source) => Object.values(source),
  faults: {
    errorMidway: stopped(gone),
    closesEarly: stopped(),
    destroyed: () => streaming(new PassThrough().destroy()),
    consumed: async () => {
      const zip = streaming(Readable.from([b`once`]));
      await writeZip(zip);
      return zip;
    },
    neverEnds: () => streaming(begun()),
    'a content fails': {
      source: () => ({ a: begun().destroy(gone) }),
      error: { name: 'SourceError', code: 'ERR_MEMIO_SOURCE' },
    },
  },
  completes: { 'a JSZip': whole },
  wrong: ['data.zip', b`PK`, new Date(), ['a'], { a: undefined }, { a: 5 }],
  outOfRange: {
    'an absolute name': () => ({ '/etc/passwd': '' }),
    'a name that escapes the archive': () => ({ '../a': '' }),
    'a date before there were ZIPs': { source: () => FILES, options: { date: new Date(0) } },
    'a level that is none': {
      source: () => FILES,
      options: { compression: 'DEFLATE', compressionOptions: { level: 99 } },
    },
  },
  deterministic: true,
});

const blank = (name: string, size: number): RawEntry => {
  const content = new Uint8Array(size);
  return { name, data: deflateRawSync(content), method: 8, size, crc: crc32(content) };
};
const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, data: b`` }));
const small = blank('', 4 * 1024 * 1024);
const smalls = Array.from({ length: 65 }, (_, index) => ({ ...small, name: `${index}` }));

const valid = zipSync(FILES, { level: 0 });

describeReader<Map<string, BytesIO>>({
  adapter: '@memio/jszip',
  operation: 'readZip',
  read: readZip,
  valid,
  verify: (files) => expect([...files].map(([name, file]) => [name, file.getvalue()])).toEqual(Object.entries(FILES)),
  memory: (files) => [...files.values()],
  plainArrays: true,
  damaged: {
    'it is no archive': b`GIF89a, not an archive`,
    'an entry is not what its checksum says': valid.with(35, 0x4a),
    'an entry is encrypted': valid.with(valid.length - 22 - 53 + 8, 1).with(valid.length - 22 - 53 - 51 + 8, 1),
  },
  trailing: 'taken',
  budgets: {
    maxEntries: { enough: 2, tooLittle: 1, hostile: rawZip(many), lifted: 'result' },
    maxBytes: { enough: 9, tooLittle: 8, hostile: rawZip(smalls), lifted: { absent: 'it would take 260 MiB' } },
  },
});
