import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { b } from '@memio/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadStream } from './read-stream.ts';
import { saveTo } from './save-to.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memio-node-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('when the process ends', () => {
  /** Runs `script` in a process of its own; it has `make()`, which makes a stream in its file, and `files()`. */
  function run(script: string, ...flags: string[]) {
    const program = `
      import { readdirSync } from 'node:fs';
      import { setTimeout as wait } from 'node:timers/promises';
      import { SpooledBytesIO } from '@memio/node';
      const dir = ${JSON.stringify(dir)};
      const files = () => readdirSync(dir).length;
      const make = () => new SpooledBytesIO(new Uint8Array(100), { maxSize: 8, dir });
      ${script}`;
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [...flags, '--input-type=module', '-e', program],
      { cwd, encoding: 'utf8', timeout: 15_000 },
    );
    return { status, signal, stdout, stderr, left: readdirSync(dir).length };
  }
  const THREE = 'const all = [make(), make(), make()]; console.log(files());';

  it.each<[string, string, number]>([
    ['by itself', '', 0],
    ['by process.exit()', 'process.exit(3);', 3],
    ['by an uncaught exception', "throw new Error('uncaught');", 1],
    ['by an unhandled rejection', "Promise.reject(new Error('unhandled')); await wait(1000);", 1],
  ])('%s, all files are removed', (_, end, status) => {
    expect(run(THREE + end)).toMatchObject({ status, stdout: '3\n', left: 0 });
  });

  it('by SIGKILL, they stay, as documented', () => {
    const { signal, left } = run(`${THREE} process.kill(process.pid, 'SIGKILL');`);
    expect([signal, left]).toEqual(['SIGKILL', 3]);
  });

  it('one listener is enough for all of them', () => {
    const count = "process.listenerCount('exit')";
    const { stdout } = run(
      `make(); const one = ${count}; for (let n = 0; n < 50; n++) make(); console.log(${count} - one);`,
    );
    expect(stdout).toBe('0\n');
  });

  it('and a stream that was forgotten loses its file before that', () => {
    const { stdout } = run(
      `const kept = make();
      for (let n = 0; n < 20; n++) make();
      for (let turn = 0; turn < 50 && files() > 1; turn++) { gc(); await wait(10); }
      console.log(files(), kept.size);`,
      '--expose-gc',
    );
    expect(stdout).toBe('1 100\n');
  });
});

describe.skipIf(process.platform !== 'linux')('descriptors', () => {
  const open = () => readdirSync('/proc/self/fd').length;

  it('are not leaked, whatever becomes of a stream', async () => {
    const gone = new Error('gone');
    async function* failing() {
      yield new Uint8Array(100);
      throw gone;
    }
    const options = { maxSize: 8, dir };
    const before = open();
    for (let round = 0; round < 20; round++) {
      using io = await SpooledBytesIO.from([new Uint8Array(100)], options);
      expect(open()).toBe(before + 1);
      await io.writeFrom([new Uint8Array(100)]);
      await expect(io.writeFrom(failing())).rejects.toThrow();
      await expect(SpooledBytesIO.from(failing(), options)).rejects.toThrow();
      expect(() => new SpooledBytesIO(b`0123456789`, { ...options, maxBytes: 9 })).toThrow();
      using viewed = new SpooledBytesIO(b`0`, options);
      using _view = viewed.getbuffer();
      expect(() => viewed.rollover()).toThrow();
      for await (const _chunk of createReadStream(io)) break;
      await saveTo(io, join(dir, 'saved'));
      await expect(saveTo(io, join(dir, 'missing', 'saved'))).rejects.toThrow();
    }
    expect(open()).toBe(before);
    expect(readdirSync(dir)).toEqual(['saved']);
  });
});

describe('memory', () => {
  it('stays bounded while writeFrom() takes in many times maxSize', async () => {
    const chunk = new Uint8Array(256 * 1024).fill(1);
    const count = 1024;
    async function* large() {
      for (let index = 0; index < count; index++) yield chunk;
    }
    using io = new SpooledBytesIO(b`head`, { maxSize: 1024 * 1024, dir });
    io.seek(0, 2);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    };
    await io.writeFrom(large(), { onProgress });
    expect(io.size).toBe(4 + count * chunk.length);
    expect(most).toBeLessThan(64 * 1024 * 1024);
  });
});
