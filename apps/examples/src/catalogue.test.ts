import { describe, expect, it } from 'vitest';
import { parseRecipe } from './catalogue.ts';

const body = "\n\nimport { b } from '@memio/core';\n";

describe('parseRecipe', () => {
  it('reads what the first lines say', () => {
    const source = `// A title: what it does, and how.\n// npm install @memio/core jszip\n// Runs in browsers and Node.js.${body}`;
    expect(parseRecipe('a-name', source)).toEqual({
      name: 'a-name',
      title: 'A title',
      summary: 'what it does, and how',
      install: ['@memio/core', 'jszip'],
      runsIn: 'browsers',
      source,
    });
  });

  it('reads a title that goes on on the next line, and line ends of Windows', () => {
    const source = `// Title: first: line\r\n// and second.\r\n// npm install ws\r\n// Needs more.\r\n// Runs in Node.js.${body}`;
    expect(parseRecipe('a', source)).toMatchObject({
      title: 'Title',
      summary: 'first: line and second',
      runsIn: 'node',
    });
  });

  it.each([
    ['nothing', '', 'expected what it does, and then a line "npm install …"'],
    [
      'no install line',
      '// Title: what.\n// Runs in Node.js.',
      'expected what it does, and then a line "npm install …"',
    ],
    ['no title', '// What.\n// npm install a\n// Runs in Node.js.', 'expected "Title: what it does."'],
    ['no full stop', '// Title: what\n// npm install a\n// Runs in Node.js.', 'expected "Title: what it does."'],
    [
      'not where it runs',
      '// Title: what.\n// npm install a\n// Runs in Deno.',
      'expected one of Runs in browsers and Node.js. / Runs in Node.js. as its last line',
    ],
  ])('refuses a header that says %s', (_what, header, problem) => {
    expect(() => parseRecipe('a-name', header + body)).toThrow(
      `Cannot read the header of the recipe a-name: ${problem}`,
    );
  });
});
