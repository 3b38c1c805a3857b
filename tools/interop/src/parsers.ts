/** Libraries that parse what they are given. */
import AdmZip from 'adm-zip';
import { parse } from 'csv-parse/sync';
import { Jimp } from 'jimp';
import JSZip from 'jszip';
import sharp from 'sharp';
import type { Consumer } from './matrix.ts';

type Any = never;

const png = new Uint8Array(
  await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer(),
);
const zip = await new JSZip().file('a.txt', 'Hello').generateAsync({ type: 'uint8array' });
const csv = new TextEncoder().encode('day,rain\nMon,3\n');

export const PARSERS: Consumer[] = [
  {
    name: 'adm-zip',
    code: 'new AdmZip(x)',
    sample: zip,
    expected: 'Hello',
    deliver: async (x) => new AdmZip(x as Any).readAsText('a.txt'),
  },
  {
    name: 'jimp',
    code: 'Jimp.read(x)',
    sample: png,
    expected: '3 x 2',
    deliver: async (x) => {
      const { width, height } = await Jimp.read(x as Any);
      return `${width} x ${height}`;
    },
  },
  {
    name: 'sharp',
    code: 'sharp(x)',
    sample: png,
    expected: '3 x 2',
    deliver: async (x) => {
      const { width, height } = await sharp(x as Any).metadata();
      return `${width} x ${height}`;
    },
  },
  {
    name: 'csv-parse',
    code: 'parse(x)',
    sample: csv,
    expected: JSON.stringify([
      ['day', 'rain'],
      ['Mon', '3'],
    ]),
    deliver: async (x) => JSON.stringify(parse(x as Any)),
  },
];
