import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { b } from '@memio/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CAN_LIST } from '../test/open-spools.ts';
import { createReadStream } from './read-stream.ts';
import { saveTo } from './save-to.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memio-node-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs `script` in a process of its own; it has `make()`, which makes a stream in its file, and `files()`. */
function run(script: string, { namesStay = false, flags = [] as string[] } = {}) {
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    import { setTimeout as wait } from 'node:timers/promises';
    import { Worker } from 'node:worker_threads';
    if (${namesStay}) {
      // What Windows and some network file systems do while a file is open.
      const refused = new Set();
      const { unlinkSync } = fs;
      fs.unlinkSync = (path) => {
        if (refused.has(path)) return unlinkSync(path);
        refused.add(path);
        throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
      };
      syncBuiltinESMExports();
    }
    const { SpooledBytesIO } = await import('@memio/node');
    const dir = ${JSON.stringify(dir)};
    const opened = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
      try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith(dir); } catch { return false; }
    }).length;
    const files = () => ${namesStay} ? fs.readdirSync(dir).length : opened();
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
/** A signal arrives once the loop turns; nothing else may end the process before. */
const kill = (signal: string) => `${THREE} process.kill(process.pid, '${signal}'); await wait(10_000);`;
const ENDS: [string, string, number][] = [
  ['by itself', '', 0],
  ['by process.exit()', 'process.exit(3);', 3],
  ['by an uncaught exception', "throw new Error('uncaught');", 1],
  ['by an unhandled rejection', "Promise.reject(new Error('unhandled')); await wait(1000);", 1],
];

describe.skipIf(!CAN_LIST)('when the process ends', () => {
  it.each(ENDS)('%s, nothing is left', (_, end, status) => {
    expect(run(THREE + end)).toMatchObject({ status, stdout: '3\n', left: 0 });
  });

  it.each(['SIGKILL', 'SIGTERM'])('by %s, nothing is left', (signal) => {
    expect(run(kill(signal))).toMatchObject({ signal, stdout: '3\n', left: 0 });
  });

  it('and a stream that was forgotten loses its file before that, but not while it is read', () => {
    const { stdout, stderr } = run(
      `const kept = make();
      const reader = make().stream().getReader();
      for (let n = 0; n < 20; n++) make();
      for (let turn = 0; turn < 100 && files() > 2; turn++) { gc(); await wait(10); }
      for (let turn = 0; turn < 5; turn++) { gc(); await wait(10); }
      console.log(files(), kept.size, (await reader.read()).value.length);`,
      { flags: ['--expose-gc'] },
    );
    expect([stdout, stderr]).toEqual(['2 100 100\n', '']);
  });

  it('needs no listener for that, however many streams there are', () => {
    const count = "process.listenerCount('exit')";
    const { stdout } = run(
      `const before = ${count}; for (let n = 0; n < 50; n++) make(); console.log(files(), ${count} - before);`,
    );
    expect(stdout).toBe('50 0\n');
  });

  it('a worker that is terminated leaves nothing', () => {
    const worker = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { SpooledBytesIO } = await import(workerData.module);
      globalThis.io = new SpooledBytesIO(new Uint8Array(100), { maxSize: 8, dir: workerData.dir });
      parentPort.postMessage('made');
      setInterval(() => {}, 1000);`;
    const { stdout, stderr, left } = run(
      `const worker = new Worker(${JSON.stringify(worker)}, { eval: true, workerData: { dir, module: import.meta.resolve('@memio/node') } });
      await new Promise((resolve) => worker.on('message', resolve));
      console.log(files());
      await worker.terminate();
      console.log(files());`,
    );
    expect([stdout, stderr, left]).toEqual(['1\n0\n', '', 0]);
  });
});

describe('where a file keeps its name while it is open', () => {
  const namesStay = true;

  it.each(ENDS.slice(1, 3))('it is removed when the process ends %s', (_, end, status) => {
    expect(run(THREE + end, { namesStay })).toMatchObject({ status, stdout: '3\n', left: 0 });
  });

  it('SIGKILL leaves it, as documented: 0600, in a directory of its own with 0700', () => {
    expect(run(kill('SIGKILL'), { namesStay })).toMatchObject({ signal: 'SIGKILL', stdout: '3\n', left: 3 });
    const [own = ''] = readdirSync(dir);
    expect(own).toMatch(/^memio-\w{6}$/);
    const modes = [own, join(own, 'spool')].map((path) => statSync(join(dir, path)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  it('close(), the end of a block, and writeFrom() that fails or succeeds remove it', () => {
    const { stdout } = run(
      `const io = make();
      async function* failing() { yield new Uint8Array(100); throw new Error('gone'); }
      await io.writeFrom(failing()).catch(() => {});
      console.log(files());
      await io.writeFrom([new Uint8Array(100)]);
      const empty = new SpooledBytesIO(null, { maxSize: 8, dir });
      await empty.writeFrom([new Uint8Array(100)]);
      console.log(files());
      io.close();
      empty[Symbol.dispose]();
      console.log(files());`,
      { namesStay },
    );
    expect(stdout).toBe('1\n2\n0\n');
  });

  it('one listener is enough for all of them', () => {
    const count = "process.listenerCount('exit')";
    const { stdout } = run(
      `make(); const one = ${count}; for (let n = 0; n < 50; n++) make(); console.log(${count} - one, files());`,
      { namesStay },
    );
    expect(stdout).toBe('0 51\n');
  });

  it('and a stream that was forgotten loses it', () => {
    const { stdout } = run(
      `const kept = make();
      for (let n = 0; n < 20; n++) make();
      for (let turn = 0; turn < 100 && files() > 1; turn++) { gc(); await wait(10); }
      console.log(files(), kept.size);`,
      { namesStay, flags: ['--expose-gc'] },
    );
    expect(stdout).toBe('1 100\n');
  });
});

describe.skipIf(!CAN_LIST)('descriptors', () => {
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
