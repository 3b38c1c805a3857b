import { b } from '@memio/core';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { drawMandelbrot, thumbnail } from './image-in-memory.ts';

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
    await expect(thumbnail(b`GIF89a`, 2)).rejects.toMatchObject({ code: 'ERR_MEMIO_DATA' });
  });
});

describe('the example of image-in-memory', () => {
  it('makes both images and says their sizes', async () => {
    const { made, log } = await runMain(main);
    const sizes = { 'mandelbrot.png': [900, 720], 'mandelbrot-small.png': [150, 120] };
    expect(Object.keys(made)).toEqual(Object.keys(sizes));
    for (const [index, [name, size]] of Object.entries(sizes).entries()) {
      const png = made[name]!.getvalue();
      const { width, height } = decode(png);
      expect([width, height]).toEqual(size);
      expect(log[index]).toBe(`${name}: ${width} x ${height} pixels, ${png.length} bytes`);
    }
  });
});
