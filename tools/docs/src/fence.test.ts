import { expect, it } from 'vitest';
import { readExamples, readFences } from './fence.ts';

it('reads fences with their line, language and mark, without their indent', () => {
  const text = [
    '# Title',
    '<!-- file: index.ts -->',
    '   ```ts',
    '   if (a)',
    '     b;',
    '   ```',
    '````md',
    '```',
    '````',
    '<!-- not run: why -->',
    'text between',
    '~~~',
    '~~~',
  ].join('\n');
  expect(readFences('a.md', text)).toEqual([
    { document: 'a.md', line: 4, language: 'ts', code: 'if (a)\n  b;', example: false, file: 'index.ts' },
    { document: 'a.md', line: 8, language: 'md', code: '```', example: false },
    { document: 'a.md', line: 13, language: '', code: '', example: false },
  ]);
});

it('refuses a fence that never ends', () => {
  expect(() => readFences('a.md', '\n```ts\nx')).toThrow('a.md:2: the fence never ends');
});

it('reads the fences in comments of a source, and no others', () => {
  const source =
    'const a = `\n```\n`;\n  /**\n   * @example\n   * ```ts\n   * x; // 1\n   *\n   * y;\n   * ```\n   */\n';
  expect(readExamples('a.ts', source)).toEqual([
    { document: 'a.ts', line: 7, language: 'ts', code: 'x; // 1\n\ny;', example: true },
  ]);
});
