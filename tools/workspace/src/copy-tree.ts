import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** Copies what git has or would take, changed or not, and makes a repository of the copy: changesets asks git. */
export async function copyTree(from: string, to: string): Promise<void> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: from });
  const paths = new Set(listed.split('\0').filter((path) => path !== '' && existsSync(join(from, path))));
  for (const path of paths) await cp(join(from, path), join(to, path));

  const config = ['-c', 'user.name=Rehearsal', '-c', 'user.email=rehearsal@localhost', '-c', 'commit.gpgsign=false'];
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: to });
  await run('git', ['add', '--all'], { cwd: to });
  await run('git', [...config, 'commit', '--quiet', '--message', 'As it is'], { cwd: to });
}
