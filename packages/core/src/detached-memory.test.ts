import { describe, expect, it } from 'vitest';
import { BytesIO, type BytesLike, type BytesView, b } from './index.ts';

const detach = (view: BytesView) => structuredClone(view.buffer, { transfer: [view.buffer] });

/** Every member that needs the bytes of the stream. */
const uses: [string, (io: BytesIO) => unknown][] = [
  ['size', (io) => io.size],
  ['write()', (io) => io.write(b`abc`)],
  ['write() of one byte', (io) => io.write(b`a`)],
  ['write() of nothing', (io) => io.write(b``)],
  ['write() past the end', (io) => io.write(new Uint8Array(1000))],
  ['writelines()', (io) => io.writelines([b`a`])],
  ['writeFrom()', (io) => io.writeFrom([b`a`])],
  ['read()', (io) => io.read()],
  ['read() of some', (io) => io.read(1)],
  ['read1()', (io) => io.read1()],
  ['peek()', (io) => io.peek()],
  ['readinto()', (io) => io.readinto(new Uint8Array(1))],
  ['readinto() of much', (io) => io.readinto(new Uint8Array(100))],
  ['readinto1()', (io) => io.readinto1(new Uint8Array(1))],
  ['readline()', (io) => io.readline()],
  ['readlines()', (io) => io.readlines()],
  ['its lines', (io) => [...io]],
  ['chunks()', (io) => [...io.chunks()]],
  ['lines()', (io) => [...io.lines()]],
  ['seek()', (io) => io.seek(0)],
  ['tell()', (io) => io.tell()],
  ['truncate()', (io) => io.truncate(1)],
  ['truncate() to nothing', (io) => io.truncate(0)],
  ['getvalue()', (io) => io.getvalue()],
  ['getbuffer()', (io) => io.getbuffer()],
  ['transfer()', (io) => io.transfer()],
  ['stream()', (io) => io.stream()],
  ['for await', (io) => io[Symbol.asyncIterator]().next()],
  ['blob()', (io) => io.blob()],
  ['text()', (io) => io.text()],
  ['toBase64()', (io) => io.toBase64()],
  [
    'sink()',
    (io) => {
      const writer = io.sink().getWriter();
      writer.closed.catch(() => {});
      return writer.write(b`a`);
    },
  ],
  ['BytesIO.from(), as a source', (io) => BytesIO.from(io)],
];

const sizes = [3, 300, 100_000, 3 * 1024 * 1024];
const gone = (size: number, release: boolean): BytesIO => {
  const io = new BytesIO(new Uint8Array(size).fill(0x61));
  const view = io.getbuffer();
  if (release) view.release();
  detach(view);
  return io;
};

describe('after the buffer of a view was transferred away', () => {
  it.each(uses.flatMap(([name, use]) => [true, false].map((release) => ({ name, use, release }))))(
    '$name throws a BufferError (the view was released: $release)',
    async ({ name, use, release }) => {
      for (const size of sizes) {
        const io = gone(size, release);
        const error = await (async () => use(io))().catch((error: unknown) => error);
        const found = name.startsWith('BytesIO.from()') ? (error as { cause: unknown }).cause : error;
        expect(found).toMatchObject({
          name: 'BufferError',
          code: 'ERR_MEMIO_BUFFER',
          message: expect.stringMatching(
            /transferred away through a view from getbuffer\(\); transfer getvalue\(\) instead$/,
          ),
        });
        // No view is counted that nobody can release, and nothing else is in the way of close().
        expect(io.closed).toBe(false);
        io.close();
        expect(io.closed).toBe(true);
        expect(() => io.tell()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
      }
    },
  );

  it('the end of `using` closes the stream', () => {
    const io = gone(3, true);
    io[Symbol.dispose]();
    expect(io.closed).toBe(true);
  });

  it('the memory is not given to another stream', () => {
    for (const size of sizes) {
      gone(size, true).close();
      const io = new BytesIO();
      io.write(new Uint8Array(size).fill(0x62));
      expect(io.getvalue().every((byte) => byte === 0x62)).toBe(true);
    }
  });

  it('what was read before stays, and a stream that is read ends with the error', async () => {
    const io = new BytesIO(new Uint8Array(200_000).fill(0x61));
    const reader = io.stream().getReader();
    const first = await reader.read();
    expect(first.value!.length).toBe(65_536);
    detach(io.getbuffer());
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    expect(first.value!.every((byte) => byte === 0x61)).toBe(true);
    io.close();
  });

  it('a BYOB reader, which could not be answered, gets the error as well', async () => {
    const io = new BytesIO(new Uint8Array(200_000).fill(0x61));
    const reader = io.stream().getReader({ mode: 'byob' });
    await reader.read(new Uint8Array(10));
    detach(io.getbuffer());
    await expect(reader.read(new Uint8Array(10))).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    io.close();
  });

  it('a loop over the stream rejects, and holds nothing afterwards', async () => {
    const io = new BytesIO(new Uint8Array(200_000));
    await expect(
      (async () => {
        for await (const _ of io) detach(io.getbuffer());
      })(),
    ).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    io.close();
  });

  it('adopted memory that its owner transfers away is treated alike', () => {
    const bytes = b`abcdef`;
    const io = BytesIO.adopt(bytes);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(() => io.read()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    io.close();
  });

  it('of an empty stream, nothing is lost', () => {
    const io = new BytesIO();
    const view = io.getbuffer();
    detach(view);
    view.release();
    const write = (data: BytesLike) => io.write(data);
    try {
      expect(write(b`a`)).toBe(1);
      expect(io.getvalue()).toEqual(b`a`);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    }
    io.close();
  });
});

describe('arrays that are given for good', () => {
  it.each<[string, (io: BytesIO) => Uint8Array<ArrayBuffer>]>([
    ['getvalue()', (io) => io.getvalue()],
    ['read()', (io) => io.read()],
    ['transfer()', (io) => io.transfer()],
  ])('from %s can be transferred away without harm', (_, take) => {
    const io = new BytesIO(b`abc`);
    const { buffer } = take(io);
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => io.getvalue()).not.toThrow();
    io.close();
  });
});
