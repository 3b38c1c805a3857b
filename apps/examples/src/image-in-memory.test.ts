import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { b } from '@memio/core';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { runRecipe, temporaryFolder } from '../test/run.ts';
import { drawMandelbrot, thumbnail } from './image-in-memory.ts';

const folder = temporaryFolder();

describe('image-in-memory', () => {
  it('draws the Mandelbrot set: black inside, coloured outside, symmetrical', async () => {
    const { width, height, channels, data } = decode((await drawMandelbrot(90, 72)).read());
    expect({ width, height, channels }).toEqual({ width: 90, height: 72, channels: 4 });
    const pixel = (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4)];
    expect(pixel(66, 36)).toEqual([0, 0, 0, 255]);
    expect(pixel(36, 36)).toEqual([0, 0, 0, 255]);
    expect(pixel(2, 2)[2]).toBeGreaterThan(pixel(2, 2)[0]!);
    for (let y = 1; y < 36; y++) expect(pixel(60, y)).toEqual(pixel(60, height - y));
  });

  it('makes a thumbnail whose pixels are the means of the original', async () => {
    const png = await drawMandelbrot(90, 72);
    const original = decode(png.getvalue());
    const small = decode((await thumbnail(png, 6)).read());
    expect([small.width, small.height]).toEqual([15, 12]);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 15; x++) {
        const red: number[] = [];
        for (let at = 0; at < 36; at++) {
          red.push(original.data[((y * 6 + Math.floor(at / 6)) * 90 + x * 6 + (at % 6)) * 4]!);
        }
        expect(small.data[(y * 15 + x) * 4]).toBe(Math.round(red.reduce((a, c) => a + c) / 36));
      }
    }
  });

  it('takes a PNG from anywhere, and leaves off the pixels that do not fill a cell', async () => {
    const png = await drawMandelbrot(20, 11);
    const { width, height } = decode((await thumbnail(new Blob([png.read()]), 3)).read());
    expect([width, height]).toEqual([6, 3]);
  });

  it('rejects what is not a PNG', async () => {
    await expect(thumbnail(b`GIF89a`, 2)).rejects.toMatchObject({ code: 'ERR_MEMIO_ADAPTER' });
  });
});

describe('the program image-in-memory', () => {
  it('writes both images and says their sizes', () => {
    const { status, stdout, stderr } = runRecipe('image-in-memory', [], folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const [name, size] of [
      ['mandelbrot.png', [900, 720]],
      ['mandelbrot-small.png', [150, 120]],
    ] as const) {
      const file = readFileSync(join(folder, 'out', name));
      const { width, height } = decode(file);
      expect([width, height]).toEqual(size);
      expect(stdout).toContain(`${join('out', name)}: ${width} x ${height} pixels, ${file.length} bytes\n`);
    }
  });
});
