import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { unannounced } from './api-changes.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-changes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let repositories = 0;

/** A repository of its own with the packages `core` and `sharp`. */
class Repository {
  readonly root: string = join(folder, String(repositories++));

  constructor() {
    mkdirSync(join(this.root, '.changeset'), { recursive: true });
    this.git('init', '--quiet');
    for (const name of ['core', 'sharp']) this.version(name, '0.0.0').report(name, 'first');
  }

  git(...args: string[]): this {
    const config = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    execFileSync('git', ['-C', this.root, ...config, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    return this;
  }

  write(path: string, text: string): this {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
    return this;
  }

  version(name: string, version: string, ranges: object = {}): this {
    const manifest = { name: `@memio/${name}`, version, exports: {}, ...ranges };
    return this.write(`packages/${name}/package.json`, JSON.stringify(manifest, undefined, 2));
  }

  report(name: string, text: string): this {
    return this.write(`api/${name}.api.md`, text);
  }

  changeset(text: string): this {
    return this.write('.changeset/some-change.md', text);
  }

  commit(): this {
    return this.git('add', '-A').git('commit', '--quiet', '-m', 'A commit');
  }

  /** Versions as after a release, whose changesets are gone. */
  release(version: string): this {
    rmSync(join(this.root, '.changeset/some-change.md'), { force: true });
    return this.version('core', version).version('sharp', version);
  }
}

const released = (): Repository => new Repository().commit().release('0.1.0').commit();

describe('a changed API', () => {
  it('needs a changeset, committed or not', () => {
    const repository = released().report('core', 'second');
    expect(unannounced(repository.root)).toEqual(['@memio/core']);
    expect(unannounced(repository.commit().root)).toEqual(['@memio/core']);
  });

  it('needs a changeset until the next release, however many commits come between', () => {
    const repository = released().report('core', 'second').commit().write('README.md', 'x').commit();
    expect(unannounced(repository.root)).toEqual(['@memio/core']);
  });

  it.each([
    ['in double quotes', '---\n"@memio/core": minor\n---\n\nNew.\n'],
    ['in single quotes', "---\n'@memio/core': minor\n---\n\nNew.\n"],
    ['among others', '---\n"@memio/sharp": patch\n"@memio/core": minor\n---\n\nNew.\n'],
  ])('is announced by a changeset that names the package %s', (_, changeset) => {
    expect(unannounced(released().report('core', 'second').changeset(changeset).root)).toEqual([]);
  });

  it('is not announced by a changeset that names the package in its text only', () => {
    const changeset = '---\n"@memio/sharp": minor\n---\n\n"@memio/core": minor\n';
    expect(unannounced(released().report('core', 'second').changeset(changeset).root)).toEqual(['@memio/core']);
  });

  it('is announced while its release is made, and afterwards', () => {
    const announced = released()
      .report('core', 'second')
      .changeset('---\n"@memio/core": minor\n---\n\nNew.\n')
      .commit();
    expect(unannounced(announced.release('0.2.0').root)).toEqual([]);
    expect(unannounced(announced.commit().root)).toEqual([]);
  });

  it.each(['engines', 'dependencies', 'peerDependencies'])('needs a changeset when %s change', (ranges) => {
    const repository = released().version('core', '0.1.0', { [ranges]: { x: '>=2' } });
    expect(unannounced(repository.root)).toEqual(['@memio/core']);
    expect(unannounced(repository.changeset('---\n"@memio/core": minor\n---\n\nNew.\n').root)).toEqual([]);
  });

  it('needs a changeset when an entry point is added or removed', () => {
    const repository = released().report('core.adapter', 'first');
    expect(unannounced(repository.root)).toEqual(['@memio/core']);
    const shipped = new Repository().report('core.adapter', 'first').commit().release('0.1.0').commit();
    rmSync(join(shipped.root, 'api/core.adapter.api.md'));
    expect(unannounced(shipped.root)).toEqual(['@memio/core']);
  });

  it('may change back', () => {
    const repository = released().report('core', 'second').commit().report('core', 'first').commit();
    expect(unannounced(repository.root)).toEqual([]);
  });
});

describe('a new package', () => {
  it('needs a changeset, since the commit that adds it has no report of an earlier release', () => {
    const repository = new Repository();
    rmSync(join(repository.root, 'api'), { recursive: true });
    repository.commit().report('core', 'first').report('sharp', 'first');
    expect(unannounced(repository.root)).toEqual(['@memio/core', '@memio/sharp']);
  });
});

it('does not guess in a clone that lacks the history', () => {
  const { root } = released();
  const shallow = `${root}-shallow`;
  execFileSync('git', ['clone', '--quiet', '--depth=1', pathToFileURL(root).href, shallow]);
  expect(() => unannounced(shallow)).toThrow('the clone is shallow, run git fetch --unshallow');
});
