import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allows, DEVELOPMENT, PRODUCTION } from './allowed.ts';
import { installedFor } from './installed.ts';

const root = mkdtempSync(join(tmpdir(), 'memio-licences-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(folder: string, manifest: object): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ version: '1.0.0', ...manifest }));
}

describe('a licence', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['(MIT AND Zlib)', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-or-later', false],
    ['UNLICENSED', false],
    ['', false],
  ])('%s is allowed in production: %s', (licence, allowed) => {
    expect(allows(PRODUCTION, licence)).toBe(allowed);
  });

  it('may be one to work with only', () => {
    expect([allows(PRODUCTION, 'MPL-2.0'), allows(DEVELOPMENT, 'MPL-2.0')]).toEqual([false, true]);
  });
});

it('finds what a package needs, and what that needs, but nothing that it is developed with', () => {
  write('app', { name: 'app', dependencies: { near: '1', gone: '1' }, devDependencies: { tool: '1' } });
  write('app/node_modules/near', {
    name: 'near',
    license: 'MIT',
    dependencies: { far: '1' },
    devDependencies: { tool: '1' },
  });
  write('app/node_modules/near/node_modules/far', { name: 'far', licenses: [{ type: 'ISC' }, { type: 'MIT' }] });
  write('app/node_modules/tool', { name: 'tool', license: 'MIT' });
  write('app/node_modules/far', { name: 'far', version: '2.0.0' });

  const found = installedFor([join(root, 'app')], ({ dependencies }) => ({ ...dependencies }));
  expect([...found]).toEqual([
    ['near@1.0.0', { name: 'near', version: '1.0.0', licence: 'MIT' }],
    ['far@1.0.0', { name: 'far', version: '1.0.0', licence: 'ISC OR MIT' }],
  ]);
});
