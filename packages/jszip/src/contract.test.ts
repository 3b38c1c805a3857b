import { PassThrough, Readable } from 'node:stream';
import { describeReader, describeWriter } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { unzipSync, zipSync } from 'fflate';
import JSZip from 'jszip';
import { expect } from 'vitest';
import { readZip, writeZip, type ZipSource } from './index.ts';

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
      error: { name: 'IngestError', code: 'ERR_MEMIO_SOURCE' },
    },
  },
  completes: { 'a JSZip': whole },
  wrong: ['data.zip', b`PK`, new Date(), ['a'], { a: undefined }, { a: 5 }],
  outOfRange: {
    'an absolute name': () => ({ '/etc/passwd': '' }),
    'a name that leads out of the archive': () => ({ '../a': '' }),
    'a level that is none': {
      source: () => FILES,
      options: { compression: 'DEFLATE', compressionOptions: { level: 99 } },
    },
  },
  deterministic: { absent: 'writeZip() has no such option' },
});

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
  budgets: { absent: 'readZip() has no budgets' },
});
