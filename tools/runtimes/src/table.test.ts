import { describe, expect, it } from 'vitest';
import type { Report } from './inside/protocol.ts';
import { outcomeOf } from './outcome.ts';
import { withTable } from './readme.ts';
import { table } from './table.ts';

const passed = (file: string, name: string) => ({ file, name, state: 'passed' as const });
const NODE: Report = {
  results: [passed('a', 'one'), passed('a', 'two'), passed('b', 'three'), { ...passed('b', 'four'), state: 'skipped' }],
  cutShort: [],
};

describe('the table', () => {
  it('has what passed of what was run, and a note once for each reason', () => {
    const web: Report = { results: [passed('a', 'one')], cutShort: [{ file: 'a', why: 'files' }] };
    const node = outcomeOf(NODE, 'node20', 'jszip', NODE, new Map());
    const page = outcomeOf(web, 'lynx', 'jszip', NODE, new Map([['b', 'a server']]));
    const rows = [
      { title: 'Node.js', version: '20.1', outcomes: new Map([['jszip', node]]) },
      { title: 'Lynx', version: '2', outcomes: new Map([['jszip', page]]) },
    ];
    expect(table(rows, ['jszip', 'sharp'])).toBe(
      [
        '| runtime      |          `jszip` |        `sharp` |',
        '| ------------ | ---------------: | -------------: |',
        '| Node.js 20.1 |              3/3 | – <sup>1</sup> |',
        '| Lynx 2       | 1/1 <sup>2</sup> | – <sup>1</sup> |',
        '',
        '1. `@memio/sharp` runs where Node.js does: sharp is a native library.',
        '2. 2 cases could not be run: the tests need a server (1), files (1).',
      ].join('\n'),
    );
  });

  it('is written between its markers, however often', () => {
    const readme = 'before\n<!-- runtimes: written by `pnpm runtimes` -->\n<!-- /runtimes -->\nafter\n';
    const once = withTable(readme, '| a |');
    expect(once).toContain('-->\n\n| a |\n\n<!-- /runtimes -->\nafter');
    expect(withTable(once, '| a |')).toBe(once);
    expect(() => withTable('nothing', '| a |')).toThrow('Cannot write the table');
  });
});

describe('a test that fails', () => {
  const failing = (name: string): Report => ({
    results: [{ file: 'a', name, state: 'failed', why: 'AssertionError' }],
    cutShort: [],
  });

  it('fails the run', () => {
    expect(outcomeOf(failing('one'), 'bun', 'jszip', NODE, new Map())).toMatchObject({
      passed: 0,
      total: 1,
      failures: [{ name: 'one' }],
    });
  });

  it('is a note when it is known, and then has to fail', () => {
    const known = 'settles > when PDFKit fails while it ends';
    const outcome = outcomeOf(failing(known), 'bun', 'pdfkit', NODE, new Map());
    expect(outcome).toMatchObject({ passed: 0, total: 1, failures: [] });
    expect([...outcome.known.values()]).toEqual([1]);
    const passing = outcomeOf({ results: [passed('a', known)], cutShort: [] }, 'bun', 'pdfkit', NODE, new Map());
    expect(passing.failures[0]?.why).toContain('take it off the list');
  });
});
