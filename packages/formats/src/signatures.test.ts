import { gzipSync } from 'node:zlib';
import { b } from '@memio/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { describeFormat, detectFormat, type Format } from './signatures.ts';

const text = (value: string) => new TextEncoder().encode(value);
const pixel = { create: { width: 1, height: 1, channels: 3, background: 'red' } } as const;
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';

describe('detectFormat()', () => {
  it.each(['png', 'jpeg', 'gif', 'webp', 'avif', 'tiff'] as const)('knows a %s that sharp encoded', async (format) => {
    expect(detectFormat(await sharp(pixel).toFormat(format).toBuffer())).toBe(format);
  });

  it.each<[string, Uint8Array, Format]>([
    ['a GIF of 1987', b`GIF87a`, 'gif'],
    ['a TIFF with the high byte first', b`MM\x00*`, 'tiff'],
    ['a BigTIFF', b`II+\x00`, 'tiff'],
    ['an AVIF by a compatible brand', b`\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00miafavif`, 'avif'],
    ['an SVG', text(SVG), 'svg'],
    [
      'an SVG with a declaration, comments and a document type',
      text(`\ufeff<?xml version="1.0"?>\n<!-- > -->\n<!-- -->\n<!DOCTYPE svg PUBLIC "">${SVG}`),
      'svg',
    ],
    ['a PDF', b`%PDF-1.7\n`, 'pdf'],
    ['a ZIP', b`PK\x03\x04`, 'zip'],
    ['a ZIP without entries', b`PK\x05\x06`, 'zip'],
    ['gzip data', gzipSync('text'), 'gzip'],
    ['an HTML page', text('<!DOCTYPE html>\n<title>404</title>'), 'html'],
    ['an HTML page without a document type', text('\n <!-- error -->\n<HTML lang="en">'), 'html'],
  ])('knows %s', (_, bytes, format) => {
    expect(detectFormat(bytes)).toBe(format);
    expect(detectFormat(b`xxx${bytes}`.subarray(3))).toBe(format);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', b``],
    ['half a signature', b`GIF8`],
    ['a WAV, which is a RIFF as well', b`RIFF\x00\x00\x00\x00WAVE`],
    ['an MP4, which has an ftyp as well', b`\x00\x00\x00\x14ftypisom\x00\x00\x02\x00mp42`],
    ['an MP4 whose minor version spells avif', b`\x00\x00\x00\x10ftypisomavif`],
    ['text', text('title,author\n')],
    ['XML that is no SVG', text('<?xml version="1.0"?><feed/>')],
    ['an element whose name begins like one of HTML', text('<header>')],
    ['SOI alone', b`\xff\xd8`],
  ])('does not know %s', (_, bytes) => {
    expect(detectFormat(bytes)).toBeUndefined();
  });

  it('takes no longer for markup that never ends', () => {
    const hostile = [`${'<!--'.repeat(50_000)}`, `${'<?'.repeat(50_000)}`, ' '.repeat(200_000)].map(text);
    const start = performance.now();
    for (const bytes of hostile) expect(detectFormat(bytes)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe('describeFormat()', () => {
  it.each<[Uint8Array, string]>([
    [b``, 'no bytes'],
    [text('<html>'), 'an HTML page'],
    [b`PK\x03\x04`, 'a ZIP archive'],
    [b`\x00\xffz`, 'bytes of an unknown format (00 ff 7a)'],
    [b`123456789`, 'bytes of an unknown format (31 32 33 34 35 36 37 38 …)'],
  ])('describes %j', (bytes, expected) => {
    expect(describeFormat(bytes)).toBe(expected);
  });
});
