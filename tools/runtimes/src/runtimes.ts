import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, type Target } from './bundle.ts';
import { report } from './drivers/bounded.ts';
import { type Browser, runInBrowser } from './drivers/browser.ts';
import { runInWorkerd } from './drivers/workerd.ts';
import type { Report } from './inside/protocol.ts';

export interface Runtime {
  id: string;
  title: string;
  target: Target;
  /** The program, which is asked for its version. */
  program: string;
  /** What to install when it is missing. */
  from?: string;
  run(module: string, leftOut: readonly string[]): Promise<Report>;
}

const INSTALLED = join(ROOT, 'tools/runtimes/node_modules');

const process = (id: string, title: string, program: string, args: string[] = []): Runtime => ({
  id,
  title,
  target: 'process',
  program: join(INSTALLED, program),
  run(module, leftOut) {
    return report(this.program, [...args, module, JSON.stringify(leftOut)], dirname(module));
  },
});

const browser = (id: string, title: string, from: string, of: Browser): Runtime => ({
  id,
  title,
  target: 'web',
  program: of.program,
  from,
  run: (module, leftOut) => runInBrowser(of, module, leftOut),
});

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];

export const RUNTIMES: readonly Runtime[] = [
  ...['20', '22', '24', '26'].map((major) => process(`node${major}`, 'Node.js', `node${major}/bin/node`)),
  process('bun', 'Bun', '.bin/bun', ['run']),
  process('deno', 'Deno', '.bin/deno', ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual']),
  {
    id: 'workerd',
    title: 'workerd',
    target: 'web',
    program: join(INSTALLED, '.bin/workerd'),
    run(module, leftOut) {
      return runInWorkerd(this.program, module, leftOut);
    },
  },
  browser('chromium', 'Chromium', 'chromium', {
    name: 'chrome',
    program: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...QUIET],
  }),
  browser('firefox', 'Firefox', 'firefox-esr', { name: 'firefox', program: '/usr/bin/firefox-esr', args: [] }),
];

/** The version that the program itself tells: `153.7.0esr`. */
export function versionOf({ program, title, from }: Runtime): string {
  if (!existsSync(program)) throw new Error(`${title} is not installed${from ? ` (apt-get install ${from})` : ''}`);
  const said = execFileSync(program, ['--version'], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const version = /\d+[.-]\d+[\w.-]*/.exec(said)?.[0];
  if (!version) throw new Error(`${title} does not tell its version: ${said}`);
  return version;
}
