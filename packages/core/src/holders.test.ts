import { describe, expect, it, vi } from 'vitest';
import { BufferError } from './errors.ts';
import { Holders } from './holders.ts';
import { BytesIO, b } from './index.ts';

describe('Holders', () => {
  it('tells whether there is any, and of each change', () => {
    const changed = vi.fn();
    const holders = new Holders(changed);
    expect(holders.any).toBe(false);
    const [first, second] = [holders.add('stream()'), holders.add('stream()')];
    expect(holders.any).toBe(true);
    first();
    expect(holders.any).toBe(true);
    first();
    expect(changed).toHaveBeenCalledTimes(3);
    second();
    expect(holders.any).toBe(false);
    expect(() => holders.requireNone('close')).not.toThrow();
  });

  it.each<[string[], string]>([
    [['getbuffer()'], 'getbuffer() holds'],
    [['getbuffer()', 'getbuffer()'], '2 x getbuffer() hold'],
    [['stream()', 'for await'], 'stream() and for await hold'],
    [['stream()', 'getbuffer()', 'stream()'], '2 x stream() and getbuffer() hold'],
  ])('names %j, and the cure', (names, message) => {
    const holders = new Holders(() => {});
    const releases = names.map((name) => holders.add(name));
    const attempt = () => holders.requireNone('truncate to 1');
    expect(attempt).toThrow(BufferError);
    expect(attempt).toThrow(
      expect.objectContaining({
        message: `Cannot truncate to 1 while ${message} the content: call release() on a view, and let a stream end or cancel it`,
      }),
    );
    for (const release of releases) release();
    expect(attempt).not.toThrow();
  });
});

describe('content that is held names its holder', () => {
  type Release = () => unknown;
  const holders: [string, (io: BytesIO) => Release | Promise<Release>][] = [
    [
      'getbuffer()',
      (io) => {
        const view = io.getbuffer();
        return () => view.release();
      },
    ],
    [
      'stream()',
      (io) => {
        const stream = io.stream();
        return () => stream.cancel();
      },
    ],
    [
      'for await',
      async (io) => {
        const iterator = io[Symbol.asyncIterator]();
        await iterator.next();
        return () => iterator.return();
      },
    ],
  ];
  const changes: [string, (io: BytesIO) => unknown][] = [
    ['write()', (io) => io.seek(0, 2) && io.write(b`x`)],
    ['writelines()', (io) => io.seek(0, 2) && io.writelines([b`x`])],
    ['truncate()', (io) => io.truncate(1)],
    ['transfer()', (io) => io.transfer()],
    ['close()', (io) => io.close()],
    ['using', (io) => io[Symbol.dispose]()],
    ['writeFrom()', (io) => io.seek(0, 2) && io.writeFrom([b`x`])],
  ];

  it.each(holders.flatMap(([name, hold]) => changes.map(([change, use]) => ({ name, hold, change, use }))))(
    '$name is named by $change, and nothing has changed',
    async ({ name, hold, use }) => {
      const io = new BytesIO(b`content`);
      const release = await hold(io);
      const error = await (async () => use(io))().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(BufferError);
      expect(error).toMatchObject({ code: 'ERR_MEMIO_BUFFER', message: expect.stringContaining(`${name} holds`) });
      expect(io.getvalue()).toEqual(b`content`);
      await release();
      await use(io);
    },
  );
});
