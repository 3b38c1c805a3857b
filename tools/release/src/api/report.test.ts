import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reportOf } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-api-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let packages = 0;

/** The report of a package with these declarations. */
function report(files: Record<string, string>, exports: Record<string, string> = { '.': './dist/index.js' }): string {
  const path = join(folder, String(packages++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, 'dist', name)), { recursive: true });
    writeFileSync(join(path, 'dist', name), text);
  }
  return reportOf({ short: 'x', path, manifest: { name: '@memio/x', version: '1.0.0', exports } });
}

const index = (text: string): string => report({ 'index.d.ts': text });

describe('a report', () => {
  it('follows re-exports, under the name that users import', () => {
    const text = report({
      'index.d.ts': "export { make as create } from './a.ts';\nexport * from './b.ts';\n",
      'a.d.ts': 'export declare function make(size: number): void;\nexport declare const left: 1;\n',
      'b.d.ts': 'export declare const wide: boolean;\n',
    });
    expect(text).toContain(
      '### create\n\n    function make(size: number): void;\n\n### wide\n\n    const wide: boolean;\n',
    );
    expect(text).not.toContain('left');
  });

  it('has what signatures name without exporting it, however far away', () => {
    const text = report({
      'index.d.ts': "import type { Size } from './size.ts';\nexport declare function make(size: Size): void;\n",
      'size.d.ts': 'type Unit = 1 | 2;\nexport type Size = Unit | null;\n',
    });
    expect(text).toMatch(
      /## Not exported.*\n\n### Size\n\n {4}type Size = Unit \| null;\n\n### Unit\n\n {4}type Unit = 1/,
    );
  });

  it('tells the entry points apart', () => {
    const files = { 'index.d.ts': 'export declare const a: 1;\n', 'more.d.ts': 'export declare const b: 2;\n' };
    const text = report(files, {
      '.': './dist/index.js',
      './more': './dist/more.js',
      './package.json': './package.json',
    });
    expect(text).toMatch(/## @memio\/x\n[^#]*### a\n[^#]*## @memio\/x\/more\n[^#]*### b\n/);
  });

  it('says of what is declared elsewhere only where', () => {
    expect(index("export { Readable } from 'node:stream';\n")).toContain(
      '### Readable\n\n    from Node.js, node:stream\n',
    );
  });

  const SAME: Record<string, [string, string]> = {
    'a comment': ['/** New. */ export declare const a: 1;', 'export declare const a: 1;'],
    'the order of exports': [
      'export declare const a: 1;\nexport declare const b: 2;',
      'export declare const b: 2;\nexport declare const a: 1;',
    ],
    'the order of members': ['export interface A { b: 1; a: 2 }', 'export interface A { a: 2; b: 1 }'],
    'a private member': ['export declare class A { #a; private b: 1; a(): 1 }', 'export declare class A { a(): 1 }'],
    'an internal member': [
      'export declare class A {\n  /** @internal */\n  constructor(a: 1);\n}',
      'export declare class A { }',
    ],
    'how options are taken apart': [
      'export declare function a({ x, y: _y }?: { x: 1; y: 2 }): void;',
      'export declare function a({ y }?: { x: 1; y: 2 }): void;',
    ],
  };
  it.each(Object.entries(SAME))('does not change with %s', (_, [one, other]) => {
    expect(index(one)).toBe(index(other));
  });

  const DIFFERENT: Record<string, [string, string]> = {
    'the type of a parameter': ['export declare function a(x: 1): 1;', 'export declare function a(x: 2): 1;'],
    'an optional parameter': ['export declare function a(x: 1): 1;', 'export declare function a(x?: 1): 1;'],
    'a protected member': ['export declare class A { protected a(): 1 }', 'export declare class A { }'],
    'the order of overloads': [
      'export declare function a(x: 1): 1;\nexport declare function a(x: 2): 2;',
      'export declare function a(x: 2): 2;\nexport declare function a(x: 1): 1;',
    ],
    'a type that is not exported': [
      'type T = 1;\nexport declare const a: T;\nexport {};',
      'type T = 2;\nexport declare const a: T;\nexport {};',
    ],
    readonly: ['export interface A { readonly a: 1 }', 'export interface A { a: 1 }'],
  };
  it.each(Object.entries(DIFFERENT))('changes with %s', (_, [one, other]) => {
    expect(index(one)).not.toBe(index(other));
  });

  it('cannot be made of a package that is not built', () => {
    expect(() => report({})).toThrow(/^Cannot read .*index\.d\.ts: it is not there, or exports nothing; build first$/);
  });
});
