import { describe, expect, it } from 'vitest';
import { BytesIO, BytesView, b } from './index.ts';

describe('getbuffer()', () => {
  it.each([0, 3, 6, 99])('covers the whole content with the cursor at %i, and does not move it', (position) => {
    const io = new BytesIO(b`abcdef`);
    io.seek(position);
    expect(new Uint8Array(io.getbuffer())).toEqual(b`abcdef`);
    expect(io.tell()).toBe(position);
  });

  it('gives a view of nothing for an empty stream, which then cannot grow', () => {
    const io = new BytesIO();
    const view = io.getbuffer();
    expect(view.length).toBe(0);
    expect(io.write(b``)).toBe(0);
    expect(() => io.write(b`x`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    view.release();
    expect(io.write(b`x`)).toBe(1);
  });

  it('shares its memory with the stream, both ways', () => {
    const io = new BytesIO(b`abcdef`);
    const view = io.getbuffer();
    view[0] = 0x21;
    expect(io.getvalue()).toEqual(b`!bcdef`);
    io.seek(4);
    expect(io.write(b`XY`)).toBe(2);
    expect(new Uint8Array(view)).toEqual(b`!bcdXY`);
  });

  it('gives views that share their memory with each other', () => {
    const io = new BytesIO(b`abc`);
    const [first, second] = [io.getbuffer(), io.getbuffer()];
    first[1] = 0x21;
    expect(new Uint8Array(second)).toEqual(b`a!c`);
  });

  it('does not forbid to read, to seek or to write within the size', () => {
    const io = new BytesIO(b`one\ntwo`);
    using view = io.getbuffer();
    expect(io.readline()).toEqual(b`one\n`);
    expect(io.read()).toEqual(b`two`);
    expect(io.seek(99)).toBe(99);
    expect(io.write(b``)).toBe(0);
    io.seek(0);
    io.writelines([b`ONE`, b`\n`]);
    expect(io.truncate(7)).toBe(7);
    expect(io.truncate(100)).toBe(100);
    expect(io.seek(0)).toBe(0);
    expect(io.readinto(view.subarray(4))).toBe(3);
    expect(io.getvalue()).toEqual(b`ONE\nONE`);
  });

  it('lets writeFrom() write within the size', async () => {
    const io = new BytesIO(b`abcdef`);
    using view = io.getbuffer();
    expect(await io.writeFrom([b`XY`, b`Z`])).toBe(3);
    expect(new Uint8Array(view)).toEqual(b`XYZdef`);
  });

  const resizing: [string, (io: BytesIO) => unknown, string][] = [
    ['write() at the end', (io) => io.seek(0, 2) && io.write(b`x`), 'grow to 7 bytes'],
    ['write() over the end', (io) => io.seek(5) && io.write(b`xyz`), 'grow to 8 bytes'],
    ['write() behind a gap', (io) => io.seek(9) && io.write(b`x`), 'grow to 10 bytes'],
    ['writelines()', (io) => io.seek(5) && io.writelines([b`xy`]), 'grow to 7 bytes'],
    ['truncate()', (io) => io.truncate(5), 'truncate to 5'],
    ['truncate() to nothing', (io) => io.truncate(0), 'truncate to 0'],
    ['transfer()', (io) => io.transfer(), 'transfer'],
    ['close()', (io) => io.close(), 'close'],
    ['the end of `using`', (io) => io[Symbol.dispose](), 'close'],
  ];

  it.each(resizing)('forbids %s while a view is out', (_, resize, action) => {
    const io = new BytesIO(b`abcdef`);
    const view = io.getbuffer();
    expect(() => resize(io)).toThrow(
      expect.objectContaining({
        name: 'BufferError',
        code: 'ERR_MEMIO_BUFFER',
        message: `Cannot ${action} while getbuffer() holds the content: call release() on a view, and let a stream end or cancel it`,
      }),
    );
    expect(new Uint8Array(view)).toEqual(b`abcdef`);
    expect(io.getvalue()).toEqual(b`abcdef`);
    expect(io.closed).toBe(false);
    view.release();
    expect(() => resize(io)).not.toThrow();
  });

  it('lets writelines() write the lines before the one that would grow the stream', () => {
    const io = new BytesIO(b`abcdef`);
    io.seek(4);
    using view = io.getbuffer();
    expect(() => io.writelines([b`x`, b`y`, b`z`])).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    expect(new Uint8Array(view)).toEqual(b`abcdxy`);
    expect(io.tell()).toBe(6);
  });

  it('forbids writeFrom() to grow the stream', async () => {
    const io = new BytesIO(b`abcdef`);
    io.seek(5);
    const view = io.getbuffer();
    await expect(io.writeFrom([b`x`, b`y`])).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    expect(io.getvalue()).toEqual(b`abcdef`);
    expect(io.tell()).toBe(5);
    view.release();
    expect(await io.writeFrom([b`x`, b`y`])).toBe(2);
  });

  it('says how many views are out', () => {
    const io = new BytesIO(b`abc`);
    const views = [io.getbuffer(), io.getbuffer(), io.getbuffer()];
    expect(() => io.close()).toThrow('Cannot close while 3 x getbuffer() hold the content: call release()');
    views[1]!.release();
    expect(() => io.close()).toThrow('Cannot close while 2 x getbuffer() hold the content');
    views[0]!.release();
    expect(() => io.close()).toThrow('Cannot close while getbuffer() holds the content');
    views[2]!.release();
    io.close();
    expect(io.closed).toBe(true);
  });

  it('counts a view once, however often it is released', () => {
    const io = new BytesIO(b`abc`);
    const [first, second] = [io.getbuffer(), io.getbuffer()];
    first.release();
    first.release();
    first[Symbol.dispose]();
    expect(() => io.close()).toThrow('Cannot close while getbuffer() holds the content');
    second.release();
    io.close();
  });

  it('works with `using`', () => {
    const io = new BytesIO(b`abc`);
    {
      using view = io.getbuffer();
      view[0] = 0x41;
      expect(() => io.truncate(0)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    }
    io.truncate(1);
    expect(io.getvalue()).toEqual(b`A`);
  });

  it('takes a further view after one was released and the stream has grown', () => {
    const io = new BytesIO(b`abc`);
    io.getbuffer().release();
    io.seek(0, 2);
    io.write(new Uint8Array(1000).fill(0x2e));
    using view = io.getbuffer();
    expect(view.length).toBe(1003);
    expect(view.subarray(0, 4)).toEqual(b`abc.`);
  });

  it('forbids to grow into memory that the stream has left, however large it is', () => {
    for (const size of [300, 5000, 3 * 1024 * 1024, 40 * 1024 * 1024]) {
      const io = new BytesIO();
      for (let left = size; left > 0; left -= 1024 * 1024) io.write(new Uint8Array(Math.min(left, 1024 * 1024)));
      for (let round = 0; round < 3; round++) {
        const view = io.getbuffer();
        expect(view.length).toBe(io.size);
        expect(() => io.write(b`x`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
        view.release();
        expect(io.write(b`x`)).toBe(1);
      }
      expect(io.size).toBe(size + 3);
    }
  });

  it('allows a write up to the size and not one byte further, whatever maxBytes is', () => {
    const io = new BytesIO(b`abc`, { maxBytes: 10 });
    using _view = io.getbuffer();
    expect(io.write(b`xyz`)).toBe(3);
    expect(() => io.write(b`!`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
  });
});

describe('BytesView', () => {
  const view = () => new BytesIO(b`abc`).getbuffer();

  it('is a Uint8Array', () => {
    expect(view()).toBeInstanceOf(Uint8Array);
    expect(view()).toBeInstanceOf(BytesView);
    expect(Object.prototype.toString.call(view())).toBe('[object Uint8Array]');
    expect(BytesView[Symbol.species]).toBe(Uint8Array);
  });

  it.each<[string, (view: BytesView) => Uint8Array]>([
    ['map()', (from) => from.map((byte) => byte)],
    ['slice()', (from) => from.slice()],
    ['subarray()', (from) => from.subarray(0)],
    ['filter()', (from) => from.filter(() => true)],
  ])('gives a plain Uint8Array from %s', (_, derive) => {
    const derived = derive(view());
    expect(Object.getPrototypeOf(derived)).toBe(Uint8Array.prototype);
    expect(derived).toEqual(b`abc`);
  });

  it('shares its memory with a subarray, which does not count as a view', () => {
    const io = new BytesIO(b`abc`);
    const whole = io.getbuffer();
    const part = whole.subarray(1);
    whole.release();
    io.truncate(2);
    part[0] = 0x21;
    expect(part).toEqual(b`!c`);
    io.close();
  });

  it.each<[string, (view: BytesView) => Promise<Uint8Array> | Uint8Array]>([
    ['Response', async (from) => new Uint8Array(await new Response(from).arrayBuffer())],
    ['Blob', async (from) => new Uint8Array(await new Blob([from]).arrayBuffer())],
    ['TextDecoder', (from) => new TextEncoder().encode(new TextDecoder().decode(from))],
    ['structuredClone()', (from) => structuredClone(from)],
    ['Buffer.from()', (from) => new Uint8Array(Buffer.from(from))],
    ['a stream of bytes', async (from) => (await BytesIO.from(new Blob([from]).stream())).getvalue()],
  ])('is taken by %s', async (_, use) => {
    expect(await use(view())).toEqual(b`abc`);
  });

  it('is taken by WebCrypto', async () => {
    const digest = await crypto.subtle.digest('SHA-256', view());
    expect(Buffer.from(digest).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it.each<[string, (io: BytesIO) => void]>([
    ['has grown', (io) => io.seek(0, 2) && io.write(new Uint8Array(5000).fill(0x2e))],
    ['was written over after it grew', (io) => io.write(new Uint8Array(5000).fill(0x2e))],
    ['was truncated', (io) => io.truncate(1)],
    ['was truncated to nothing and written', (io) => io.truncate(0) === 0 && io.write(b`XYZ`)],
    ['was closed', (io) => io.close()],
    ['was transferred', (io) => io.transfer()],
  ])('keeps its bytes when it was released and the stream %s', (_, change) => {
    const io = new BytesIO(b`abc`);
    const released = io.getbuffer();
    released.release();
    change(io);
    const others = Array.from({ length: 50 }, () => {
      const other = new BytesIO();
      for (let index = 0; index < 50; index++) other.write(new Uint8Array(10).fill(0xee));
      return other;
    });
    expect(new Uint8Array(released)).toEqual(b`abc`);
    expect(others.length).toBe(50);
  });
});
