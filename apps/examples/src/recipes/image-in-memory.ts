// Image in memory: drawn, encoded as PNG, decoded again and made smaller, without a temporary file.
// npm install @memio/core @memio/pngjs pngjs
// Runs in browsers and Node.js.

import type { BytesIO, Source } from '@memio/core';
import { readPng, writePng } from '@memio/pngjs';

/** The Mandelbrot set; what belongs to it is black. */
export function drawMandelbrot(width: number, height: number): Promise<BytesIO> {
  const data = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [a, b] = [((pixel % width) / width) * 3 - 2.2, (Math.floor(pixel / width) / height - 0.5) * 2.4];
    let [x, y, steps] = [0, 0, 0];
    while (x * x + y * y < 16 && steps < 200) [x, y, steps] = [x * x - y * y + a, 2 * x * y + b, steps + 1];
    const light = steps === 200 ? 0 : Math.log2(steps + 1) / 8;
    data.set([...[3, 4, 5].map((color) => 127.5 * (1 - Math.cos(color * light))), 255], pixel * 4);
  }
  return writePng({ width, height, data });
}

/** Every `factor` x `factor` pixels become one: their mean. */
export async function thumbnail(source: Source, factor: number): Promise<BytesIO> {
  const image = await readPng(source);
  const [width, height] = [Math.floor(image.width / factor), Math.floor(image.height / factor)];
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < data.length; at++) {
    const [channel, column, row] = [at % 4, (at >> 2) % width, Math.floor(at / 4 / width)];
    let sum = 0;
    for (let y = row * factor; y < (row + 1) * factor; y++) {
      for (let x = column * factor; x < (column + 1) * factor; x++)
        sum += image.data[(y * image.width + x) * 4 + channel]!;
    }
    data[at] = Math.round(sum / factor ** 2);
  }
  return writePng({ width, height, data });
}

/** Width and height, from where a PNG has them. */
export function sizeOf(png: BytesIO): [width: number, height: number] {
  png.seek(16);
  const size = new DataView(png.read(8).buffer);
  return [size.getUint32(0), size.getUint32(4)];
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const image = await drawMandelbrot(900, 720);
  const small = await thumbnail(image, 6);
  const made = { 'mandelbrot.png': image, 'mandelbrot-small.png': small };
  for (const [name, png] of Object.entries(made)) {
    console.log(`${name}: ${sizeOf(png).join(' x ')} pixels, ${png.size} bytes`);
  }
  return made;
}
