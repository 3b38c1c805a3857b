import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAN_LIST } from '../test/open-spools.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'memio-memory-'));
  writeFileSync(join(dir, 'file'), '');
  truncateSync(join(dir, 'file'), SIZE * 1024 * 1024);
});
afterAll(() => rmSync(dir, { recursive: true }));

const SIZE = 96;

/** By how many MiB `use` raises the peak of a process of its own, over what it has after `prepare`. Linux only. */
function peak(prepare: string, use: string): number {
  const program = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { BytesIO } from '@memio/core';
    import { createReadStream, createWriteStream, load, saveTo, SpooledBytesIO, toBuffer } from '@memio/node';
    const MiB = 1024 * 1024, SIZE = ${SIZE}, dir = ${JSON.stringify(dir)};
    const status = (name) => Number(/\\d+/.exec(readFileSync('/proc/self/status', 'utf8').split(name)[1])[0]) / 1024;
    async function* source() { for (let n = 0; n < SIZE * 16; n++) yield new Uint8Array(65_536).fill(n); }
    ${prepare}
    writeFileSync('/proc/self/clear_refs', '5');
    const before = status('VmRSS:');
    ${use}
    console.log(status('VmHWM:') - before);`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return Number(stdout);
}

const IN_FILE = 'const io = await SpooledBytesIO.from(source(), { maxSize: MiB, dir });';
const IN_MEMORY = 'const io = new BytesIO(new Uint8Array(SIZE * MiB).fill(1));';

describe.skipIf(!CAN_LIST)(`the memory that ${SIZE} MiB take`, () => {
  /** What garbage may be there for a while: chunks that were taken in and not yet collected. */
  const GARBAGE = 64;

  it.each<[string, string, string, number, number]>([
    ['load() has them once', '', "const io = await load(dir + '/file');", SIZE - 1, SIZE + 8],
    ['saveTo() of a BytesIO takes no copy', IN_MEMORY, "await saveTo(io, dir + '/saved');", 0, 8],
    ['saveTo() of a SpooledBytesIO has some pieces', IN_FILE, "await saveTo(io, dir + '/saved');", 0, 24],
    ['SpooledBytesIO.from() has maxSize, and garbage', '', IN_FILE, 0, GARBAGE],
    ['writeFrom() into a file too', IN_FILE, 'io.seek(1000); await io.writeFrom(source());', 0, GARBAGE],
    ['toBuffer() of a file has one copy', IN_FILE, 'toBuffer(io);', SIZE - 1, SIZE + 8],
  ])('%s', (_, prepare, use, least, most) => {
    const taken = peak(prepare, use);
    // The base may hold garbage that goes meanwhile.
    expect(taken).toBeGreaterThanOrEqual(least - GARBAGE);
    expect(taken).toBeLessThan(most);
  });
});
