/** A part of core that is missing, such as a stale chunk of an application, is an error when core is loaded, and never later. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runIn } from '@memio/release/project';
import { afterAll, expect, inject, it } from 'vitest';

const PROGRAM = `
const bytesIO = await import('./dist/index.js').then(({ BytesIO }) => BytesIO, () => undefined);
if (!bytesIO) console.log('not loaded');
else {
  let cancelled = false;
  const source = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(3)),
    cancel: () => { cancelled = true; },
  });
  const error = await bytesIO.from(source, { maxBytes: 100 }).catch((error) => error);
  console.log(error.code, cancelled);
}`;

const folder = await mkdtemp(join(tmpdir(), 'memio-missing-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

it('fails when core is loaded, or makes no difference', async () => {
  const core = inject('tarballs').find(({ name }) => name === '@memio/core')!;
  const files = (await readdir(join(core.folder, 'dist'))).filter((file) => file.endsWith('.js'));
  const outcomes = await Promise.all(
    files.map(async (file) => {
      const copy = join(folder, file);
      await cp(core.folder, copy, { recursive: true });
      await rm(join(copy, 'dist', file));
      return [file, await runIn(copy, process.execPath, ['--input-type=module', '--eval', PROGRAM])];
    }),
  );
  for (const [file, printed] of outcomes)
    expect(printed, `without ${file}`).toMatch(/^(not loaded|ERR_MEMIO_LIMIT true)\n$/);
  expect(Object.fromEntries(outcomes)['index.js']).toBe('not loaded\n');
});
