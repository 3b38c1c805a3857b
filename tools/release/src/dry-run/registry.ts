import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pnpm } from '@memio/workspace';

/** A registry on loopback that has nothing and takes everything. */
export interface Registry {
  url: string;
  /** Lines of an `.npmrc` that lead `@memio/*`, and nothing else, to it. */
  npmrc: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Installs the registry in a copy of the tree and starts it. Its files are kept in a folder. */
export async function startRegistry(tree: string, folder: string): Promise<Registry> {
  const home = join(tree, 'tools/release/registry');
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline'], { cwd: home });
  const host = `127.0.0.1:${await freePort()}`;
  await mkdir(folder);
  const config = join(folder, 'config.yaml');
  await writeFile(config, configOf(folder));

  const verdaccio = join(home, 'node_modules/verdaccio/bin/verdaccio');
  const child = spawn(process.execPath, [verdaccio, '--config', config, '--listen', host], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (text) => (log += text));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  const stop = async (): Promise<void> => {
    process.off('exit', killNow);
    child.kill();
    await Promise.race([ended, setTimeout(5_000, undefined, { ref: false })]);
    child.kill('SIGKILL');
  };

  const deadline = Date.now() + 60_000;
  while (!(await answers(`http://${host}/-/ping`))) {
    if (child.exitCode === null && Date.now() < deadline) {
      await setTimeout(250);
      continue;
    }
    await stop();
    throw new Error(`Cannot start the registry:\n${log}`);
  }
  return {
    url: `http://${host}/`,
    npmrc: `@memio:registry=http://${host}/\n//${host}/:_authToken=rehearsal\n`,
    [Symbol.asyncDispose]: stop,
  };
}

/** It asks no other registry for anything. */
const configOf = (folder: string): string => `storage: ${JSON.stringify(join(folder, 'storage'))}
max_body_size: 10mb
packages:
  '@memio/*':
    access: $all
    publish: $all
log: { type: stdout, format: pretty, level: warn }
`;

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve((address as { port: number }).port));
    });
  });
}
