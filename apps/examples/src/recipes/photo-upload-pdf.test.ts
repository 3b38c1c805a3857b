import { b } from '@memio/core';
import { extractImages, extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { app, LIMITS } from './photo-upload-pdf.ts';

const post = (body: BodyInit) => app.request('/pages?caption=Hello', { method: 'POST', body });
async function example() {
  const { made, log } = await runMain(main);
  return { pdf: made['page.pdf']!.read(), log };
}

describe('photo-upload-pdf', () => {
  it.each<[what: string, body: Uint8Array<ArrayBuffer>, status: number, message: string]>([
    ['no bytes', b``, 422, 'the image has no bytes'],
    ['a page', b`<!doctype html><title>x</title>`, 422, 'an HTML page'],
    ['a WebP', b`RIFF\x00\x00\x00\x00WEBP`, 422, 'decode it first'],
    ['too many bytes', new Uint8Array(LIMITS.maxInputBytes + 1), 413, 'placeImage reads 20000000 bytes at most'],
    [
      'too many pixels',
      b`\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00`,
      413,
      '65535 x 65535 pixels: maxPixels is 50000000',
    ],
  ])('refuses %s', async (_, body, status, message) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(message);
  });
});

describe('the example of photo-upload-pdf', () => {
  it('answers with a page that has the photograph upright, without EXIF data, and refuses a truncated one', async () => {
    const { pdf, log } = await example();
    expect(log).toEqual(['200 application/pdf', expect.stringMatching(/^422 placeImage failed: the JPEG is cut off/)]);
    const { text } = await extractText(await getDocumentProxy(pdf.slice()), { mergePages: true });
    expect(text).toBe('A photograph');
    const [photograph] = await extractImages(pdf.slice(), 1);
    expect([photograph!.width, photograph!.height]).toEqual([16, 8]);
    expect(Buffer.from(pdf).includes('Exif')).toBe(false);
  });
});
