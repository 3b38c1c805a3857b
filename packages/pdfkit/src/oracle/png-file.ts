import { crc32, deflateSync } from 'node:zlib';

/** PNG, table 8.1: left, top and the steps of the seven passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** What a PNG is made of; the rest is derived. */
export interface PngSpecification {
  width: number;
  height: number;
  colourType: 0 | 2 | 3 | 4 | 6;
  depth: number;
  interlaced?: boolean;
  /** The filter of row `y`: 0 to 4. */
  filter?: (y: number) => number;
  /** The sample `channel` of a pixel, from 0 to 2 ** depth - 1. */
  sample: (x: number, y: number, channel: number) => number;
  /** Chunks before the image data, in their order. */
  chunks?: readonly (readonly [name: string, data: Uint8Array])[];
  level?: number;
}

export function pngChunk(name: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(name, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), 8 + data.length);
  return chunk;
}

/** Encodes a PNG of any kind: an encoder of its own, so that nothing here is checked against itself. */
export function encodePng(of: PngSpecification): Buffer {
  const { width, height, colourType, depth, interlaced = false, filter = () => 0, sample, chunks = [], level = 6 } = of;
  const samples = SAMPLES[colourType]!;
  const rows: Buffer[] = [];
  for (const [left, top, stepX, stepY] of interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)) {
    const columns = Math.ceil((width - left) / stepX);
    let above: Buffer = Buffer.alloc(Math.ceil((columns * samples * depth) / 8));
    for (let y = top; columns > 0 && y < height; y += stepY) {
      const row = packed(columns, depth, samples, (column, channel) => sample(left + column * stepX, y, channel));
      rows.push(filtered(row, above, filter(y), Math.max(1, (samples * depth) >> 3)));
      above = row;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, Number(interlaced)], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks.map(([name, data]) => pngChunk(name, data)),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows), { level })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function packed(
  columns: number,
  depth: number,
  samples: number,
  at: (column: number, channel: number) => number,
): Buffer {
  const row = Buffer.alloc(Math.ceil((columns * samples * depth) / 8));
  for (let index = 0; index < columns * samples; index++) {
    const value = at(Math.floor(index / samples), index % samples);
    if (depth === 16) row.writeUInt16BE(value, 2 * index);
    else row[(index * depth) >> 3]! |= value << (8 - depth - ((index * depth) & 7));
  }
  return row;
}

function filtered(row: Buffer, above: Buffer, filter: number, step: number): Buffer {
  const predicted = (at: number): number => {
    const [left, up, corner] = [row[at - step] ?? 0, above[at]!, above[at - step] ?? 0];
    if (filter === 4) {
      const estimate = left + up - corner;
      return [left, up, corner].reduce((best, each) =>
        Math.abs(estimate - each) < Math.abs(estimate - best) ? each : best,
      );
    }
    return [0, left, up, (left + up) >> 1][filter]!;
  };
  return Buffer.from([filter, ...row.map((value, at) => value - predicted(at))]);
}
