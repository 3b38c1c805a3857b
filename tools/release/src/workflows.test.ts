import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readManifest } from '@memio/workspace';
import { describe, expect, it } from 'vitest';

const FOLDER = join(ROOT, '.github/workflows');
const workflows = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const { packageManager, scripts = {} } = readManifest(ROOT) as ReturnType<typeof readManifest> & {
  packageManager: string;
};

describe.each(workflows)('the workflow $name', ({ name, text }) => {
  it('pins every action to a commit, and says which version that is', () => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action!))).toEqual([]);
  });

  it('may read, and nothing else unless it publishes', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
    const granted = [...text.matchAll(/^ +([\w-]+): write$/gm)].map(([, right]) => right);
    expect(granted).toEqual(name === 'release.yml' ? ['id-token'] : []);
    expect(text).not.toMatch(/write-all|pull_request_target|secrets\./);
  });

  it('leaves no credentials to what it runs', () => {
    const checkouts = text.split('actions/checkout@').slice(1);
    expect(checkouts.every((after) => after.split('- ')[0]!.includes('persist-credentials: false'))).toBe(true);
  });

  it('is bounded in time, job by job', () => {
    expect(text.match(/timeout-minutes: \d+/g)?.length).toBe(text.match(/runs-on:/g)?.length);
  });

  it('runs scripts that there are, with our pnpm, and nothing that others may put into a command', () => {
    const commands = [...text.matchAll(/run: (.*)$/gm)].map(([, command]) => command!);
    const matrix = /^ +script:\n((?: +- .*\n)+)/m.exec(text)?.[1] ?? '';
    const listed = [...matrix.matchAll(/- (\S+)/g)].map(([, script]) => script!);
    for (const [, manager, script] of commands.join('\n').matchAll(/(pnpm@\S+) (?:run )?(\S+)/g)) {
      expect(manager).toBe(packageManager);
      for (const name of script === '$SCRIPT' ? listed : [script])
        expect([...Object.keys(scripts), 'install']).toContain(name);
    }
    expect(commands.some((command) => command.includes('$SCRIPT'))).toBe(listed.length > 0);
    expect(commands.join('\n')).not.toContain('${{');
  });
});
