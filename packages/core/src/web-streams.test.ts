import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { BytesIO, type BytesLike, b, type SinkChunk, type Source } from './index.ts';

const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => index * 7 + (index >> 8));

/** `content` with the cursor in the middle of it. */
function streamOn(content: BytesLike): BytesIO {
  const io = new BytesIO(content);
  io.seek(io.size >> 1);
  return io;
}

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

async function chunksOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('stream()', () => {
  it.each([0, 1, 1000, 65_535, 65_536, 65_537, 131_072, 200_000])(
    'gives the whole content of %i bytes in copies of at most 64 KiB, whatever the cursor',
    async (size) => {
      const content = pattern(size);
      const io = streamOn(content);
      const chunks = await chunksOf(io.stream());
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect(chunks.map((chunk) => chunk.length)).toEqual(
        Array.from({ length: Math.ceil(size / 65_536) }, (_, index) => Math.min(65_536, size - index * 65_536)),
      );
      expect(io.tell()).toBe(size >> 1);
      for (const chunk of chunks) {
        expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
        chunk.fill(0xee);
      }
      expect(Buffer.from(io.getvalue()).equals(content)).toBe(true);
    },
  );

  it('fills the buffer that a BYOB reader brings', async () => {
    const reader = streamOn(b`abcdefgh`).stream().getReader({ mode: 'byob' });
    expect((await reader.read(new Uint8Array(3))).value).toEqual(b`abc`);
    const offset = (await reader.read(new Uint8Array(new ArrayBuffer(10), 2, 4))).value!;
    expect(offset).toEqual(b`defg`);
    expect([offset.byteOffset, offset.buffer.byteLength]).toEqual([2, 10]);
    expect((await reader.read(new Uint8Array(3))).value).toEqual(b`h`);
    const last = await reader.read(new Uint8Array(3));
    expect(last.done).toBe(true);
    expect(last.value?.length).toBe(0);
  });

  it('ends for a BYOB reader when its buffer ends with the content', async () => {
    const io = new BytesIO(b`abcd`);
    const reader = io.stream().getReader({ mode: 'byob' });
    expect((await reader.read(new Uint8Array(4))).value).toEqual(b`abcd`);
    expect((await reader.read(new Uint8Array(4))).done).toBe(true);
    io.close();
  });

  it('ends for a BYOB reader that asks twice at once', async () => {
    const reader = new BytesIO(b`ab`).stream().getReader({ mode: 'byob' });
    const [first, second] = await Promise.all([reader.read(new Uint8Array(2)), reader.read(new Uint8Array(2))]);
    expect(first.value).toEqual(b`ab`);
    expect(second.done).toBe(true);
  });

  it('of nothing ends at once, for every reader, and holds nothing', async () => {
    const io = new BytesIO();
    expect(await chunksOf(io.stream())).toEqual([]);
    expect((await io.stream().getReader({ mode: 'byob' }).read(new Uint8Array(1))).done).toBe(true);
    io.write(b`x`);
  });

  it('forbids to change the size until it has been read', async () => {
    const io = new BytesIO(b`abc`);
    const stream = io.stream();
    expect(() => io.truncate(0)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    io.write(b`X`);
    expect(await chunksOf(stream)).toEqual([b`Xbc`]);
    io.truncate(0);
  });

  it('forbids to change the size until it is cancelled', async () => {
    const io = new BytesIO(b`abc`);
    const stream = io.stream();
    expect(() => io.close()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    await stream.cancel();
    io.close();
  });

  it.each<[string, (io: BytesIO) => void]>([
    ['a write past the end', (io) => io.seek(0, 2) && io.write(b`d`)],
    ['truncate()', (io) => io.truncate(1)],
    ['transfer()', (io) => io.transfer()],
    ['close()', (io) => io.close()],
  ])('refuses %s while it is read, and is not torn', async (_, change) => {
    const content = pattern(200_000);
    const io = new BytesIO(content);
    const chunks: Uint8Array[] = [];
    for await (const chunk of io.stream()) {
      // With the last chunk everything has been copied out of the stream.
      if (chunk.length === 65_536)
        expect(() => change(io)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
      chunks.push(chunk);
    }
    expect(chunks.length).toBe(4);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    change(io);
  });

  it('reads no more than it is asked for', async () => {
    const io = new BytesIO(new Uint8Array(200_000));
    const reader = io.stream().getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve));
    io.seek(65_536);
    io.write(b`late`);
    expect((await reader.read()).value!.slice(0, 4)).toEqual(b`late`);
    await reader.cancel();
  });

  it('can be read twice at once; both hold the size', async () => {
    const content = pattern(150_000);
    const io = new BytesIO(content);
    const [one, two] = [io.stream(), io.stream()];
    expect(() => io.close()).toThrow('Cannot close while 2 x stream() hold the content');
    expect(Buffer.concat(await chunksOf(one)).equals(content)).toBe(true);
    expect(() => io.close()).toThrow('Cannot close while stream() holds the content');
    expect(Buffer.concat(await chunksOf(two)).equals(content)).toBe(true);
    io.close();
  });

  it('can be split into two', async () => {
    const content = pattern(150_000);
    const io = new BytesIO(content);
    const branches = await Promise.all(io.stream().tee().map(chunksOf));
    for (const chunks of branches) expect(Buffer.concat(chunks).equals(content)).toBe(true);
    io.close();
  });

  it('can change from one kind of reader to the other', async () => {
    const stream = new BytesIO(b`abcdef`).stream();
    const byob = stream.getReader({ mode: 'byob' });
    expect((await byob.read(new Uint8Array(2))).value).toEqual(b`ab`);
    byob.releaseLock();
    expect(await chunksOf(stream)).toEqual([b`cdef`]);
  });

  it('fills a view of any kind, as far as its elements are whole', async () => {
    const io = new BytesIO(b`abcdef`);
    const reader = io.stream().getReader({ mode: 'byob' });
    expect((await reader.read(new Uint16Array(2))).value).toEqual(new Uint16Array(b`abcd`.buffer));
    expect((await reader.read(new DataView(new ArrayBuffer(2)))).value).toEqual(new DataView(b`ef`.buffer));
    expect((await reader.read(new Uint8Array(1))).done).toBe(true);
    io.close();
  });

  it.each<[string, (stream: ReadableStream<Uint8Array>) => Promise<unknown>]>([
    [
      'the loop over it is left',
      async (stream) => {
        for await (const _ of stream) break;
      },
    ],
    [
      'its reader cancels it, twice',
      async (stream) => {
        const reader = stream.getReader();
        await reader.read();
        await reader.cancel();
        await reader.cancel();
      },
    ],
    [
      'its BYOB reader cancels it',
      async (stream) => {
        const reader = stream.getReader({ mode: 'byob' });
        await reader.read(new Uint8Array(3));
        await reader.cancel();
      },
    ],
    [
      'what it is piped into fails',
      async (stream) => {
        const full = new WritableStream({
          write() {
            throw new Error('full');
          },
        });
        await expect(stream.pipeTo(full)).rejects.toThrow('full');
      },
    ],
    [
      'the pipe is aborted',
      async (stream) => {
        const controller = new AbortController();
        const slow = new WritableStream({ write: () => controller.abort(new Error('enough')) });
        await expect(stream.pipeTo(slow, { signal: controller.signal })).rejects.toThrow('enough');
      },
    ],
    [
      'a Node stream made of it is destroyed',
      async (stream) => {
        const node = Readable.fromWeb(stream as NodeReadableStream);
        await new Promise((resolve) => node.once('data', () => node.destroy()).once('close', resolve));
      },
    ],
    [
      'Response.body is cancelled',
      (stream) => new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).body!.cancel(),
    ],
  ])('lets go when %s', async (_, use) => {
    const io = new BytesIO(pattern(200_000));
    const stream = io.stream();
    expect(() => io.close()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    await use(stream);
    await vi.waitFor(() => io.close());
  });

  describe('as the body of a request', () => {
    async function post(io: BytesIO, listener: RequestListener): Promise<unknown> {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const init = { method: 'POST', body: io.stream(), duplex: 'half' };
      try {
        return await fetch(url, init as RequestInit).then((response) => response.text());
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }

    it('is sent as it is, and let go', async () => {
      const content = pattern(3_000_000);
      const io = new BytesIO(content);
      let got = Buffer.alloc(0);
      await post(io, async (request, response) => {
        got = await buffer(request);
        response.end('thanks');
      });
      expect(got.equals(content)).toBe(true);
      io.close();
    });

    it('is let go when the server hangs up', async () => {
      const io = new BytesIO(pattern(3_000_000));
      await expect(post(io, (request) => request.once('data', () => request.destroy()))).rejects.toThrow(
        'fetch failed',
      );
      await vi.waitFor(() => io.close());
    });
  });

  it('is a body and a source', async () => {
    const io = streamOn(b`abc`);
    expect(await new Response(io.stream()).text()).toBe('abc');
    expect((await BytesIO.from(io.stream(), { expectedLength: io.size })).getvalue()).toEqual(b`abc`);
  });

  describe('of a part', () => {
    const content = pattern(200_000);
    const parts: [string, { start?: number; end?: number }, number, number][] = [
      ['all of it', {}, 0, 200_000],
      ['undefined as none', { start: undefined as never, end: undefined as never }, 0, 200_000],
      ['from a start', { start: 150_000 }, 150_000, 200_000],
      ['up to an end', { end: 70_000 }, 0, 70_000],
      ['a part', { start: 65_535, end: 131_073 }, 65_535, 131_073],
      ['one byte', { start: 199_999, end: 200_000 }, 199_999, 200_000],
      ['an end beyond the content', { start: 199_990, end: 2 ** 40 }, 199_990, 200_000],
      ['an end at infinity', { end: Number.POSITIVE_INFINITY }, 0, 200_000],
      ['nothing', { start: 7, end: 7 }, 7, 7],
      ['nothing at the end', { start: 200_000 }, 200_000, 200_000],
      ['nothing behind the end', { start: 300_000, end: 300_001 }, 300_000, 300_001],
    ];

    it.each(parts)('reads %s', async (_, options, start, end) => {
      const io = streamOn(content);
      const read = Buffer.concat(await chunksOf(io.stream(options)));
      expect(read.equals(content.subarray(start, end))).toBe(true);
      expect(io.tell()).toBe(100_000);
      io.close();
    });

    it.each(parts)('fills the buffers of a BYOB reader with %s', async (_, options, start, end) => {
      const io = streamOn(content);
      const reader = io.stream(options).getReader({ mode: 'byob' });
      const chunks: Uint8Array[] = [];
      for (let size = 1; ; size = (size * 7) % 100_003) {
        const { done, value } = await reader.read(new Uint8Array(size));
        if (done) break;
        chunks.push(value);
      }
      expect(Buffer.concat(chunks).equals(content.subarray(start, end))).toBe(true);
      io.close();
    });

    it('holds the whole content until it ends', async () => {
      const io = new BytesIO(b`abcdef`);
      const stream = io.stream({ start: 1, end: 2 });
      expect(() => io.truncate(5)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
      expect(await chunksOf(stream)).toEqual([b`b`]);
      io.close();
    });

    it.each<[unknown, string, RegExp]>([
      [{ start: -1 }, 'ERR_MEMIO_RANGE', /^Cannot stream from -1: start must be >= 0$/],
      [{ end: -1 }, 'ERR_MEMIO_RANGE', /^Cannot stream up to -1: end must be >= 0$/],
      [{ start: 3, end: 2 }, 'ERR_MEMIO_RANGE', /^Cannot stream from 3 to 2: start must be <= end$/],
      [{ start: 1.5 }, 'ERR_MEMIO_TYPE', /start must be an integer$/],
      [{ end: '2' }, 'ERR_MEMIO_TYPE', /end must be an integer$/],
      [{ start: 2 ** 53 }, 'ERR_MEMIO_RANGE', /start must be within/],
      [{ from: 1 }, 'ERR_MEMIO_TYPE', /unknown option "from"; the options are start, end$/],
      [null, 'ERR_MEMIO_TYPE', /options must be an object, not null$/],
      [5, 'ERR_MEMIO_TYPE', /options must be an object, not 5$/],
    ])('refuses the options %j, and holds nothing', (options, code, message) => {
      const io = new BytesIO(b`abc`);
      expect(() => io.stream(options as never)).toThrow(
        expect.objectContaining({ code, message: expect.stringMatching(message) }),
      );
      io.close();
    });
  });

  it('needs an open stream', () => {
    const io = new BytesIO();
    io.close();
    expect(() => io.stream()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });
});

describe('sink()', () => {
  it('writes at the cursor what is piped into it, and does not close the stream', async () => {
    const io = new BytesIO(b`........`);
    io.seek(2);
    await new Blob(['abc', 'd']).stream().pipeTo(io.sink());
    expect(io.getvalue()).toEqual(b`..abcd..`);
    expect(io.tell()).toBe(6);
    expect(io.closed).toBe(false);
  });

  it('takes every kind of bytes, and copies them', async () => {
    const io = new BytesIO();
    const writer = io.sink().getWriter();
    const chunk = b`ab`;
    await writer.write(chunk);
    chunk.fill(0);
    await writer.write(b`cd`.buffer);
    await writer.write(new DataView(b`.ef`.buffer, 1));
    await writer.close();
    expect(io.getvalue()).toEqual(b`abcdef`);
  });

  it('fails where write() fails', async () => {
    const text = new BytesIO().sink().getWriter();
    text.closed.catch(() => {});
    await expect(text.write('text' as never)).rejects.toMatchObject({ code: 'ERR_MEMIO_TYPE' });
    await expect(new Blob(['abcd']).stream().pipeTo(new BytesIO(b``, { maxBytes: 3 }).sink())).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
    });
    const closed = new BytesIO();
    closed.close();
    await expect(new Blob(['abc']).stream().pipeTo(closed.sink())).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });

  it('keeps what was written when it is aborted', async () => {
    const io = new BytesIO();
    const writer = io.sink().getWriter();
    await writer.write(b`abc`);
    await writer.abort(new Error('enough'));
    expect(io.getvalue()).toEqual(b`abc`);
  });

  it('takes a stream from another', async () => {
    const content = pattern(200_000);
    const io = new BytesIO();
    await new BytesIO(content).stream().pipeTo(io.sink());
    expect(Buffer.from(io.getvalue()).equals(content)).toBe(true);
  });

  it('onto itself changes nothing, and is refused where it would grow', async () => {
    const content = pattern(150_000);
    const io = new BytesIO(content);
    await io.stream().pipeTo(io.sink());
    expect(io.tell()).toBe(150_000);
    await expect(io.stream().pipeTo(io.sink())).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    expect(Buffer.from(io.getvalue()).equals(content)).toBe(true);
    io.close();
  });

  it('cancels the source when it cannot take more, and keeps what it took', async () => {
    const cancelled = vi.fn();
    const endless = new ReadableStream<BytesLike>({
      pull: (controller) => controller.enqueue(b`abc`),
      cancel: cancelled,
    });
    const io = new BytesIO(null, { maxBytes: 7 });
    const error = await endless.pipeTo(io.sink()).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
    expect(cancelled.mock.calls.map(([reason]) => reason)).toStrictEqual([error]);
    expect(io.getvalue()).toEqual(b`abcabc`);
  });

  it('fails when the stream is closed between two chunks', async () => {
    const io = new BytesIO();
    const writer = io.sink().getWriter();
    writer.closed.catch(() => {});
    await writer.write(b`abc`);
    io.close();
    await expect(writer.write(b`d`)).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
    await expect(writer.write(b`e`)).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });

  it('writes within the size while a view is out, and fails past it', async () => {
    const io = new BytesIO(b`....`);
    using view = io.getbuffer();
    const writer = io.sink().getWriter();
    writer.closed.catch(() => {});
    await writer.write(b`abc`);
    await expect(writer.write(b`de`)).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    expect(view).toEqual(io.getbuffer());
    expect(Buffer.from(view).toString()).toBe('abc.');
  });

  it('asks its writer to wait for one chunk at a time', async () => {
    const writer = new BytesIO().sink().getWriter();
    await writer.ready;
    expect(writer.desiredSize).toBe(1);
    const written = writer.write(b`a`);
    expect(writer.desiredSize).toBe(0);
    await written;
    expect(writer.desiredSize).toBe(1);
  });

  it('follows the cursor, which others may move between two chunks', async () => {
    const io = new BytesIO();
    const writer = io.sink().getWriter();
    await writer.write(b`abcd`);
    io.seek(1);
    await writer.write(b`XY`);
    expect(io.getvalue()).toEqual(b`aXYd`);
  });

  it('of the same stream twice: chunks of two writers are never mixed, and stay in their order', async () => {
    const sizes = fc.array(fc.constantFrom(1, 2, 3, 7, 251, 65_537), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { minLength: 2, maxLength: 4 }), fc.scheduler(), async (writers, scheduler) => {
        const io = new BytesIO();
        const written = writers.map(async (lengths, id) => {
          const writer = io.sink().getWriter();
          for (const [index, length] of lengths.entries()) {
            await scheduler.schedule(Promise.resolve());
            await writer.write(Uint8Array.from([id, index, length >> 16, length >> 8, length, ...filled(length, id)]));
          }
          await writer.close();
        });
        await scheduler.waitFor(Promise.all(written));
        const next = writers.map(() => 0);
        io.seek(0);
        for (let header = io.read(5); header.length > 0; header = io.read(5)) {
          const [id, index, high, middle, low] = header as unknown as [number, number, number, number, number];
          expect(index).toBe(next[id]!++);
          const length = (high << 16) | (middle << 8) | low;
          expect(Buffer.compare(io.read(length), filled(length, id))).toBe(0);
        }
        expect(next).toEqual(writers.map((lengths) => lengths.length));
      }),
      { numRuns: 40 },
    );
  });

  describe('with the commands of a file', () => {
    /** What each step leaves: the content and the cursor. */
    const steps: [string, SinkChunk, Uint8Array, number][] = [
      ['writes at the cursor', { type: 'write', data: b`ab` }, b`0ab3456789`, 3],
      ['takes null as no position', { type: 'write', data: b`ab`, position: null }, b`0ab3456789`, 3],
      [
        'writes at a position, and leaves the cursor behind it',
        { type: 'write', position: 8, data: b`ab` },
        b`01234567ab`,
        10,
      ],
      ['writes at the start', { type: 'write', position: 0, data: b`ab`.buffer }, b`ab23456789`, 2],
      ['grows', { type: 'write', position: 9, data: b`abc` }, b`012345678abc`, 12],
      ['fills a gap with zeros', { type: 'write', position: 12, data: b`a` }, b`0123456789\0\0a`, 13],
      ['takes any bytes', { type: 'write', position: 1, data: new DataView(b`.ab`.buffer, 1) }, b`0ab3456789`, 3],
      ['seeks', { type: 'seek', position: 7 }, b`0123456789`, 7],
      ['seeks behind the end', { type: 'seek', position: 70 }, b`0123456789`, 70],
      ['truncates, and moves a cursor that was behind the end to it', { type: 'truncate', size: 0 }, b``, 0],
      ['truncates, and leaves a cursor within', { type: 'truncate', size: 5 }, b`01234`, 1],
      ['writes plain bytes', b`ab`, b`0ab3456789`, 3],
    ];

    it.each(steps)('%s', async (_, command, content, position) => {
      const io = new BytesIO(b`0123456789`);
      io.seek(1);
      const writer = io.sink().getWriter();
      await writer.write(command);
      await writer.close();
      expect(io.getvalue()).toEqual(content);
      expect(io.tell()).toBe(position);
    });

    it('takes bytes as bytes, whatever properties they have', async () => {
      const io = new BytesIO();
      const writer = io.sink().getWriter();
      await writer.write(Object.assign(b`abc`, { type: 'truncate', size: 0 }));
      await writer.write(Object.assign(new DataView(b`de`.buffer), { type: 'seek', position: 0 }));
      expect(io.getvalue()).toEqual(b`abcde`);
    });

    it.each<[unknown, string]>([
      [{ type: 'write', position: 5 }, 'ERR_MEMIO_TYPE'],
      [{ type: 'write', position: 5, data: 'text' }, 'ERR_MEMIO_TYPE'],
      [{ type: 'write', position: 5, data: new Uint8Array(20) }, 'ERR_MEMIO_LIMIT'],
      [{ type: 'write', position: -1, data: b`a` }, 'ERR_MEMIO_RANGE'],
      [{ type: 'write', position: '5', data: b`a` }, 'ERR_MEMIO_TYPE'],
      [{ type: 'seek' }, 'ERR_MEMIO_TYPE'],
      [{ type: 'seek', position: -1 }, 'ERR_MEMIO_RANGE'],
      [{ type: 'truncate' }, 'ERR_MEMIO_TYPE'],
      [{ type: 'truncate', size: null }, 'ERR_MEMIO_TYPE'],
      [{ type: 'truncate', size: -1 }, 'ERR_MEMIO_RANGE'],
      [{ type: 'append', data: b`a` }, 'ERR_MEMIO_TYPE'],
      [{}, 'ERR_MEMIO_TYPE'],
      [new Blob(['a']), 'ERR_MEMIO_TYPE'],
      [null, 'ERR_MEMIO_TYPE'],
      [undefined, 'ERR_MEMIO_TYPE'],
    ])('refuses %j and leaves the stream as it was', async (command, code) => {
      const io = new BytesIO(b`0123456789`, { maxBytes: 12 });
      io.seek(3);
      const writer = io.sink().getWriter();
      writer.closed.catch(() => {});
      await expect(writer.write(command as never)).rejects.toMatchObject({ code });
      expect(io.getvalue()).toEqual(b`0123456789`);
      expect(io.tell()).toBe(3);
    });

    it('builds what a library that writes a header at the end builds', async () => {
      const io = new BytesIO();
      const writer = io.sink().getWriter();
      await writer.write({ type: 'write', position: 4, data: b`payload` });
      await writer.write({ type: 'write', position: 0, data: b`\x07\0\0\0` });
      await writer.write({ type: 'seek', position: 11 });
      await writer.write(b`!!!`);
      await writer.write({ type: 'truncate', size: 12 });
      expect(io.getvalue()).toEqual(b`\x07\0\0\0payload!`);
      expect(io.tell()).toBe(12);
    });
  });

  it('calls a write() that a subclass overrides', async () => {
    class Counting extends BytesIO {
      writes = 0;
      override write(data: BytesLike): number {
        this.writes += 1;
        return super.write(data);
      }
    }
    const io = new Counting();
    await new Blob(['abc']).stream().pipeTo(io.sink());
    expect(io.writes).toBe(1);
  });
});

describe('blob()', () => {
  it('is a copy of the whole content, whatever the cursor', async () => {
    const io = streamOn(b`abc`);
    const blob = io.blob();
    io.seek(0);
    io.write(b`XYZ!`);
    expect(blob).toBeInstanceOf(Blob);
    expect(blob.type).toBe('');
    expect(await blob.text()).toBe('abc');
    io.close();
  });

  it('has the type that it is given', () => {
    expect(new BytesIO(b`%PDF`).blob('application/pdf').type).toBe('application/pdf');
  });

  it('of nothing has no bytes', () => {
    expect(new BytesIO().blob().size).toBe(0);
  });
});

describe('text()', () => {
  it.each<[string, Uint8Array, string | undefined, string]>([
    ['UTF-8', b`${'né\u{1f600}'}`, undefined, 'né\u{1f600}'],
    ['another encoding', b`n\xe9`, 'latin1', 'né'],
    ['UTF-16', b`n\0\xe9\0`, 'utf-16le', 'né'],
    ['UTF-8 without its byte order mark', b`\xef\xbb\xbfn`, undefined, 'n'],
    ['U+FFFD for what is not valid', b`n\xe9!`, undefined, 'n\ufffd!'],
    ['nothing', b``, undefined, ''],
  ])('gives the whole content as %s', (_, content, encoding, text) => {
    const io = streamOn(content);
    const position = io.tell();
    expect(io.text(encoding)).toBe(text);
    expect(io.tell()).toBe(position);
  });

  it('refuses an encoding that the platform does not know', () => {
    expect(() => new BytesIO().text('klingon')).toThrow(RangeError);
  });
});

describe('what goes in comes out', () => {
  type Chunks = Uint8Array<ArrayBuffer>[];

  const ways = {
    'a Uint8Array': (chunks: Chunks) => Buffer.concat(chunks),
    'a Blob': (chunks: Chunks) => new Blob(chunks),
    'a File': (chunks: Chunks) => new File(chunks, 'name'),
    'a Response': (chunks: Chunks) => new Response(new Blob(chunks)),
    'a ReadableStream': (chunks: Chunks) =>
      new ReadableStream<BytesLike>({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      }),
    'a byte stream': (chunks: Chunks) =>
      new ReadableStream({
        type: 'bytes',
        start(controller) {
          for (const chunk of chunks) if (chunk.length > 0) controller.enqueue(chunk.slice());
          controller.close();
        },
      }),
    'a Node stream': (chunks: Chunks) => Readable.from(chunks),
    'an array': (chunks: Chunks) => chunks,
    'a generator': function* (chunks: Chunks) {
      yield* chunks;
    },
    'an async generator': async function* (chunks: Chunks) {
      for (const chunk of chunks) yield await chunk;
    },
    'a BytesIO': (chunks: Chunks) => new BytesIO(Buffer.concat(chunks)),
    'the stream of a BytesIO': (chunks: Chunks) => new BytesIO(Buffer.concat(chunks)).stream(),
    'its sink': async (chunks: Chunks) => {
      const io = new BytesIO();
      const writer = io.sink().getWriter();
      await Promise.all(chunks.map((chunk) => writer.write(chunk)));
      await writer.close();
      io.seek(0);
      return io;
    },
  } satisfies Record<string, (chunks: Chunks) => Source | Promise<Source>>;

  const ends: Record<string, (io: BytesIO, size: number) => Promise<Uint8Array>> = {
    'stream()': async (io) => Buffer.concat(await chunksOf(io.stream())),
    'a BYOB reader': async (io, size) => {
      const reader = io.stream().getReader({ mode: 'byob' });
      const chunks: Uint8Array[] = [];
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(Math.max(1, size)));
        if (done) return Buffer.concat(chunks);
        chunks.push(value);
      }
    },
    'blob()': async (io) => new Uint8Array(await io.blob().arrayBuffer()),
    'the sink of another': async (io) => {
      const other = new BytesIO();
      await io.stream().pipeTo(other.sink());
      return other.getvalue();
    },
    'a compressed stream': async (io) => {
      const unzipped = io
        .stream()
        .pipeThrough(new CompressionStream('gzip'))
        .pipeThrough(new DecompressionStream('gzip'));
      return (await BytesIO.from(unzipped)).getvalue();
    },
    'a Response': async (io) => new Uint8Array(await new Response(io.stream()).arrayBuffer()),
    'a Node stream': async (io) => buffer(Readable.fromWeb(io.stream() as NodeReadableStream)),
    'read() by pieces': async (io, size) => {
      const pieces: Uint8Array[] = [];
      for (let piece = io.read(size + 1); piece.length > 0; piece = io.read(size + 1)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
  };

  it.each(Object.entries(ends))('by %s, whatever the source and its chunks', async (_, end) => {
    const size = fc.constantFrom(0, 1, 2, 3, 7, 13, 251, 4099, 65_537);
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { maxLength: 8 }),
        fc.constantFrom(...Object.values(ways)),
        fc.constantFrom(1, 3, 251, 65_537),
        async (sizes, way, piece) => {
          let next = 0;
          const chunks = sizes.map((length) => Uint8Array.from({ length }, () => next++ * 31 + (next >> 8)));
          const content = Buffer.concat(chunks);
          const io = await BytesIO.from(await way(chunks));
          const out = await end(io, content.length > 4096 ? Math.max(piece, 251) : piece);
          expect(Buffer.compare(out, content)).toBe(0);
          expect(Buffer.compare(io.getvalue(), content)).toBe(0);
          io.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});
