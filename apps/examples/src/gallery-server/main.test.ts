import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { programOf } from '../../test/run.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(port: string): ChildProcess {
  const args = [programOf('gallery-server/main'), `--port=${port}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

describe('the program of the gallery', () => {
  it('says in one line where it is, or that its port is taken, and ends when asked to', async () => {
    const gallery = start('0');
    const [line] = (await once(createInterface(gallery.stdout!), 'line')) as [string];
    const [, url] = /^The gallery is at (http:\/\/127\.0\.0\.1:\d+\/) \(Ctrl\+C ends it\)$/.exec(line)!;
    expect(await (await fetch(url!)).text()).toContain('cursor-trap.ts');

    const { port } = new URL(url!);
    const second = start(port);
    const exit = once(second, 'exit');
    expect(await text(second.stderr!)).toBe(`gallery: port ${port} is taken; choose another with --port\n`);
    expect(await exit).toEqual([1, null]);

    gallery.kill('SIGINT');
    expect(await once(gallery, 'exit')).toEqual([0, null]);
    await expect(fetch(url!)).rejects.toThrow();
  }, 60_000);

  it.each(['-1', '65536', 'http', ''])('refuses the port %j', async (port) => {
    const program = start(port);
    expect(await text(program.stderr!)).toMatch(/^gallery: Cannot listen on port .*: expected a number up to 65535\n$/);
  });
});
