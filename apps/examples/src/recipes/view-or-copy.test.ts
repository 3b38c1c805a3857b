import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { measure, memory } from './view-or-copy.ts';

setFlagsFromString('--expose-gc');
// Garbage that others left, collected while something is measured, may be more than what that took; and it is collected
// by another thread, at some time.
beforeEach(runInNewContext('gc'));
const NOISY = { retry: 5 };

describe('the example of view-or-copy', NOISY, () => {
  it('shows that the copy costs its size, the view nothing, and what a view locks', async () => {
    const { made, log } = await runMain(() => main('32'));
    expect(made).toEqual({});
    const resident = String.raw`-?\d+ MiB more resident`;
    expect(log).toEqual([
      'A stream of 32 MiB',
      expect.stringMatching(new RegExp(`^getvalue\\(\\): [\\d.]+ ms, 32 MiB allocated, ${resident}$`)),
      expect.stringMatching(new RegExp(`^getbuffer\\(\\): [\\d.]+ ms, 0 MiB allocated, ${resident}$`)),
      '1 put into the copy, which has 32 MiB of its own, and 2 into the view: the stream begins with 7,2',
      'Cannot grow to 33554433 bytes while getbuffer() holds the content: call release() on a view, and let a stream end or cancel it',
      expect.stringMatching(/^A checksum of a view: [\d.]+ ms, 0 MiB allocated/),
      'Written when no view was out: 1 byte more',
    ]);
  });
});

describe('view-or-copy', NOISY, () => {
  it('tells what Node.js tells of the memory', () => {
    const told = memory()!;
    const before = told.arrayBuffers;
    const kept = new Uint8Array(5_000_000);
    expect(memory()!.arrayBuffers - before).toBeGreaterThanOrEqual(kept.length);
    expect(told.rss).toBeGreaterThan(10_000_000);
  });

  it('says how much an action allocated and returns what it returned', async () => {
    let result: unknown;
    const { log } = await runMain(async () => {
      result = measure('A buffer', () => new Uint8Array(32 * 1024 * 1024).length);
      return {};
    });
    expect(result).toBe(32 * 1024 * 1024);
    expect(log).toEqual([expect.stringMatching(/^A buffer: [\d.]+ ms, 32 MiB allocated, -?\d+ MiB more resident$/)]);
  });

  it('makes no numbers up where the runtime tells none', async () => {
    vi.stubGlobal('process', undefined);
    try {
      expect(memory()).toBeUndefined();
      const { log } = await runMain(() => main('4'));
      const untold = /: [\d.]+ ms, the memory it took is not told by this runtime$/;
      expect(log.filter((line) => untold.test(line))).toHaveLength(3);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
