import { spawn } from 'node:child_process';
import sharp from 'sharp';
import type { Rendering } from './render.ts';

/** Pixels over white paper, decoded by sharp (libvips, libjpeg-turbo, Little CMS): upright, in sRGB. */
export async function decodedBySharp(file: Uint8Array, failOn: 'none' | 'warning' = 'warning'): Promise<Rendering> {
  const { data, info } = await sharp(file, { failOn })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return onWhite(info.width, info.height, data);
}

/** RGBA over white paper. */
export function onWhite(width: number, height: number, data: Uint8Array): Rendering {
  const pixels = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = data[4 * pixel + 3]! / 255;
    for (let each = 0; each < 3; each++)
      pixels[3 * pixel + each] = Math.round(data[4 * pixel + each]! * alpha + 255 * (1 - alpha));
  }
  return { width, height, data: pixels };
}

/** Debian's Pillow belongs to Debian's Python, which need not be the first on the PATH. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = `
import io, struct, sys
from PIL import Image, ImageOps
out = sys.stdout.buffer
while True:
    head = sys.stdin.buffer.read(4)
    if len(head) < 4: break
    file = sys.stdin.buffer.read(struct.unpack('>I', head)[0])
    try:
        image = Image.open(io.BytesIO(file))
        image.load()
        if image.mode.startswith('I'):
            image = image.point(lambda value: value / 256).convert('L')
        image = ImageOps.exif_transpose(image).convert('RGBA')
        pixels = image.tobytes()
        out.write(struct.pack('>III', image.width, image.height, len(pixels)) + pixels)
    except Exception as error:
        message = repr(error).encode()
        out.write(struct.pack('>III', 0, 0, len(message)) + message)
    out.flush()
`;

/** The same by Pillow, which ignores colour profiles, for many files in one process. */
export async function decodedByPillow(files: readonly Uint8Array[]): Promise<(Rendering | Error)[]> {
  const child = spawn(PYTHON, ['-c', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  for (const file of files) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(file.length);
    child.stdin.write(length);
    child.stdin.write(file);
  }
  child.stdin.end();
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  const results: (Rendering | Error)[] = [];
  for (let at = 0; at < all.length; ) {
    const [width, height, length] = [all.readUInt32BE(at), all.readUInt32BE(at + 4), all.readUInt32BE(at + 8)];
    const data = all.subarray(at + 12, at + 12 + length);
    results.push(width ? onWhite(width, height, data) : new Error(data.toString()));
    at += 12 + length;
  }
  return results;
}
