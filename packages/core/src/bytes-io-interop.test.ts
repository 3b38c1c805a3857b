import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { BytesIO, type BytesLike, b } from './index.ts';

const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => index * 7 + (index >> 8));
const isHeld = expect.objectContaining({ code: 'ERR_MEMIO_BUFFER', message: expect.stringContaining('for await') });

describe('chunks()', () => {
  it.each<[string, number, number | undefined, Uint8Array[]]>([
    ['are the rest in pieces', 0, 2, [b`ab`, b`cd`, b`e`]],
    ['start at the cursor', 1, 2, [b`bc`, b`de`]],
    ['may be one', 0, 5, [b`abcde`]],
    ['may be larger than the rest', 0, 99, [b`abcde`]],
    ['have 64 KiB by default', 0, undefined, [b`abcde`]],
    ['are none at the end', 5, 2, []],
    ['are none behind the end', 9, 2, []],
  ])('%s', (_, position, size, chunks) => {
    const io = new BytesIO(b`abcde`);
    io.seek(position);
    expect([...io.chunks(size)]).toEqual(chunks);
    expect(io.tell()).toBe(Math.max(5, position));
  });

  it('are what a loop of read() gives, copies that hold nothing else', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 400 }), fc.nat(320), (length, size, position) => {
        const [io, other] = [new BytesIO(pattern(length)), new BytesIO(pattern(length))];
        io.seek(position);
        other.seek(position);
        for (const chunk of io.chunks(size)) {
          expect(chunk).toEqual(other.read(size));
          expect(chunk.buffer.byteLength).toBe(chunk.length);
          expect(io.tell()).toBe(other.tell());
        }
        expect(other.read(size)).toEqual(b``);
      }),
    );
  });

  it('see what seek() and write() do in between, and hold nothing', () => {
    const io = new BytesIO(b`abcdef`);
    const seen: string[] = [];
    for (const chunk of io.chunks(2)) {
      seen.push(new TextDecoder().decode(chunk));
      if (seen.length === 1) io.seek(4);
      if (seen.length === 2) {
        io.write(b`gh`);
        io.seek(-2, 1);
      }
      if (seen.length === 3) io.truncate(0);
    }
    expect(seen).toEqual(['ab', 'ef', 'gh']);
    for (const _ of new BytesIO(b`abc`).chunks(1)) break;
    io.close();
  });

  it('of a stream that is closed in between throw', () => {
    const io = new BytesIO(b`abc`);
    expect(() => {
      for (const _ of io.chunks(1)) io.close();
    }).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
    expect(() => io.chunks()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });

  it.each([
    [0, 'ERR_MEMIO_RANGE'],
    [-1, 'ERR_MEMIO_RANGE'],
    [2 ** 53, 'ERR_MEMIO_RANGE'],
    [1.5, 'ERR_MEMIO_TYPE'],
    [null, 'ERR_MEMIO_TYPE'],
    ['2', 'ERR_MEMIO_TYPE'],
  ])('refuse a size of %j at once', (size, code) => {
    expect(() => new BytesIO(b`abc`).chunks(size as never)).toThrow(expect.objectContaining({ code }));
  });
});

describe('for await', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 200_000])(
    'yields the whole content of %i bytes in copies of 64 KiB, whatever the cursor',
    async (size) => {
      const content = pattern(size);
      const io = new BytesIO(content);
      io.seek(size >> 1);
      const chunks: Uint8Array[] = [];
      for await (const chunk of io) {
        expect(chunk.buffer.byteLength).toBe(chunk.length);
        chunks.push(chunk.slice());
        chunk.fill(0xee);
      }
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect(chunks.map((chunk) => chunk.length)).toEqual(
        Array.from({ length: Math.ceil(size / 65_536) }, (_, index) => Math.min(65_536, size - index * 65_536)),
      );
      expect(io.tell()).toBe(size >> 1);
      io.close();
    },
  );

  it('acquires nothing before the first step', async () => {
    const io = new BytesIO(b`abc`);
    const iterator = io[Symbol.asyncIterator]();
    io.seek(0, 2);
    io.write(b`d`);
    expect((await iterator.next()).value).toEqual(b`abcd`);
    expect(() => io.close()).toThrow(isHeld);
    expect((await iterator.next()).done).toBe(true);
    io.close();
  });

  it('has no effect when the iterator is dropped, or ended before it began', async () => {
    const io = new BytesIO(b`abc`);
    io[Symbol.asyncIterator]();
    await io[Symbol.asyncIterator]().return();
    await expect(io[Symbol.asyncIterator]().throw(new Error('no'))).rejects.toThrow('no');
    io.close();
  });

  it.each<[string, (iterator: AsyncGenerator<Uint8Array>) => unknown]>([
    [
      'the end',
      async (iterator) => {
        while (!(await iterator.next()).done);
      },
    ],
    ['return()', (iterator) => iterator.return(undefined)],
    ['throw()', (iterator) => iterator.throw(new Error('no')).catch(() => {})],
  ])('releases the content at %s', async (_, end) => {
    const io = new BytesIO(pattern(200_000));
    const iterator = io[Symbol.asyncIterator]();
    await iterator.next();
    expect(() => io.truncate(0)).toThrow(isHeld);
    await end(iterator);
    io.truncate(0);
    expect((await iterator.next()).done).toBe(true);
    io.close();
  });

  it('releases the content when the loop is left, or its body throws', async () => {
    const io = new BytesIO(pattern(200_000));
    for await (const _ of io) break;
    await expect(
      (async () => {
        for await (const _ of io) throw new Error('no');
      })(),
    ).rejects.toThrow('no');
    io.close();
  });

  it('of a closed stream rejects at the first step', async () => {
    const io = new BytesIO(b`abc`);
    const iterator = io[Symbol.asyncIterator]();
    io.close();
    await expect(iterator.next()).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });

  it('can run twice at once, and writes within the size are seen', async () => {
    const io = new BytesIO(pattern(70_000));
    const [one, two] = [io[Symbol.asyncIterator](), io[Symbol.asyncIterator]()];
    await one.next();
    io.seek(65_536);
    io.write(b`seen`);
    expect((await one.next()).value!.slice(0, 4)).toEqual(b`seen`);
    await two.next();
    expect((await one.next()).done).toBe(true);
    expect(() => io.close()).toThrow(isHeld);
    await two.return();
    io.close();
  });
});

describe('what the platform accepts carries every byte', () => {
  const content = pattern(200_000);

  /** With its cursor where a write has left it. */
  function written(): BytesIO {
    const io = new BytesIO();
    for (let at = 0; at < content.length; at += 30_000) io.write(content.subarray(at, at + 30_000));
    expect(io.tell()).toBe(content.length);
    return io;
  }
  function rewound(): BytesIO {
    const io = written();
    io.seek(0);
    return io;
  }
  const request = (io: BytesIO) =>
    new Request('http://127.0.0.1/', { method: 'POST', body: io, duplex: 'half' } as never as RequestInit);

  const ways: [string, (io: BytesIO) => Promise<Uint8Array>][] = [
    ['new Response(io)', async (io) => new Uint8Array(await new Response(io as never).arrayBuffer())],
    ['new Request(url, { body: io })', async (io) => new Uint8Array(await request(io).arrayBuffer())],
    [
      'fs.promises.writeFile(path, io)',
      async (io) => {
        const dir = mkdtempSync(join(tmpdir(), 'memio-core-'));
        try {
          await writeFile(join(dir, 'file'), io as never);
          return readFileSync(join(dir, 'file'));
        } finally {
          rmSync(dir, { recursive: true });
        }
      },
    ],
    [
      'pipeline(io, writable)',
      async (io) => {
        const through = new PassThrough();
        const [bytes] = await Promise.all([buffer(through), pipeline(io as never, through)]);
        return bytes;
      },
    ],
    ['Readable.from(io, { objectMode: false })', (io) => buffer(Readable.from(io as never, { objectMode: false }))],
    [
      'fetch(url, { body: io })',
      async (io) => {
        let got = Buffer.alloc(0);
        const server = createServer(async (message, response) => {
          got = await buffer(message);
          response.end();
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        try {
          const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
          await fetch(url, { method: 'POST', body: io, duplex: 'half' } as never).then((response) => response.text());
        } finally {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        }
        return got;
      },
    ],
  ];

  it.each(
    ways.flatMap(
      ([way, send]) =>
        [
          [way, 'right after it was written', written, send],
          [way, 'rewound', rewound, send],
        ] as const,
    ),
  )('%s of a stream %s', async (_, __, make, send) => {
    const io = make();
    const position = io.tell();
    expect(Buffer.compare(await send(io), content)).toBe(0);
    expect(io.tell()).toBe(position);
    await vi.waitFor(() => io.close());
  });

  it('while a BytesIO as a source, and its own loop, go on from the cursor', async () => {
    const io = new BytesIO(b`one\ntwo\n`);
    io.seek(4);
    expect((await BytesIO.from(io)).getvalue()).toEqual(b`two\n`);
    io.seek(4);
    expect([...io]).toEqual([b`two\n`]);
    const other = new BytesIO();
    io.seek(4);
    expect(await other.writeFrom(io)).toBe(4);
  });
});

describe('a subclass', () => {
  class Upload extends BytesIO {
    readonly name: string;
    constructor(initialBytes?: BytesLike | null, options?: { name?: string; maxBytes?: number }) {
      const { name = '', ...rest } = options ?? {};
      super(initialBytes, rest);
      this.name = name;
    }
  }
  class Log extends BytesIO {}

  it('makes streams of its own class', async () => {
    expect(await Log.from([b`abc`])).toBeInstanceOf(Log);
    expect(Log.adopt(b`abc`)).toBeInstanceOf(Log);
    expect((await Log.from([b`abc`], { maxBytes: 3 })).getvalue()).toEqual(b`abc`);
    expect(Log.adopt(Buffer.from('abc')).getvalue()).toEqual(b`abc`);
  });

  it('gets the options that are not for the source', async () => {
    const upload = await Upload.from([b`abc`], { name: 'a.txt' });
    expect(upload).toBeInstanceOf(Upload);
    expect([upload.name, upload.getvalue()]).toEqual(['a.txt', b`abc`]);
    await expect(BytesIO.from([b`abc`], { name: 'a.txt' } as never)).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: expect.stringContaining('"name"'),
    });
  });
});
