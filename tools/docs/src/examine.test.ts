import { describeWith } from '@memio/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Examination } from './examine.ts';
import { type Fence, readExamples, readFences } from './fence.ts';

/** What is in a fence, by title; what has to be said about it, with the line in the fence. */
const TYPESCRIPT: Record<string, { code: string; failures: (string | RegExp)[] }> = {
  'passes what keeps its promises': {
    code: "const sum = 1 + 1;\nsum; //=> 2\n[sum, { a: 'b' }];\n//=> [2, { a: 'b' }]\nnew Error('no').message; //=> 'no'",
    failures: [],
  },
  'passes bytes of any class of Uint8Array': {
    code: "Buffer.from('PK'); //=> b`PK`\n[{ bytes: Buffer.from([0xff]) }]; //=> [{ bytes: b`\\xff` }]",
    failures: [],
  },
  'finds what Node.js 20 does not run': {
    code: 'const view = 1;\nusing x = null;',
    failures: ['2: `using` does not run on Node.js 20'],
  },
  'finds what is TypeScript and not JavaScript': { code: "\nJSON.parse('1' as string);", failures: [/^2: /] },
  'finds a wrong value': { code: '\n2 + 2; //=> 5', failures: ['2: is 4, not 5'] },
  'finds wrong bytes': { code: "Buffer.from('P\\n'); //=> b`PK`", failures: ['1: is b`P\\n`, not b`PK`'] },
  'finds every wrong value': {
    code: '1; //=> 2\n3; //=> 3\n4; //=> 5',
    failures: ['1: is 1, not 2', '3: is 4, not 5'],
  },
  'finds that it throws, and where': { code: "\nJSON.parse('{');", failures: [/^2: throws SyntaxError: /] },
  'finds a result that is never reached': {
    code: "try {\n  JSON.parse('1');\n} catch {\n  'caught'; //=> 'caught'\n}",
    failures: ['4: the result is never reached'],
  },
  'finds a result that belongs to nothing': {
    code: 'const x = 1; //=> 1\nx;',
    failures: ['1: //=> follows no expression statement'],
  },
  'finds a result that is prose': { code: 'true; //=> true at times', failures: [/^1: \/\/=> /] },
  'finds what is not TypeScript': { code: 'const = 1;', failures: [/^1: /] },
  'finds a wrong type in what runs': {
    code: "const text = '1';\ntext.slice('1');",
    failures: [/^2: TS2345: /],
  },
  'finds an undefined name': {
    code: '\nnope;',
    failures: [/^2: TS2304: /, '2: throws ReferenceError: nope is not defined'],
  },
  'passes what throws as promised': {
    code: "JSON.parse('{'); //=> throws SyntaxError\nPromise.reject(new TypeError('no')); //=> throws TypeError: no",
    failures: [],
  },
  'finds that it does not throw, or something else': {
    code: "1; //=> throws Error\nPromise.reject(new TypeError('no')); //=> throws TypeError: yes",
    failures: ['1: is 1, and does not throw Error', '2: throws TypeError: no, not TypeError: yes'],
  },
  'finds a rejection that nobody handles': {
    code: "void Promise.reject(new Error('lost'));",
    failures: [/^1: throws Error: lost that nobody catches/],
  },
  'finds an endless loop': { code: 'for (;;);', failures: ['1: takes more than 4 seconds'] },
  'finds a promise that never settles': {
    code: 'await new Promise(() => {});',
    failures: ['1: takes more than 4 seconds'],
  },
  'finds a process that is ended': { code: 'process.exit(7);', failures: ['1: ends the process (7)'] },
  'finds what keeps the process alive': {
    code: 'setInterval(() => {}, 1000);',
    failures: ['1: leaves Timeout behind, so that the process never ends'],
  },
  'works in an empty folder': {
    code: "import { readdir } from 'node:fs/promises';\n\nawait readdir('.'); //=> []",
    failures: [],
  },
  'refuses to fetch from another machine': {
    code: "await fetch('https://example.org/');",
    failures: [/^1: throws Error: Cannot fetch https:\/\/example\.org\/: /],
  },
  'answers for example.com': {
    code: "const answer = await fetch('https://example.com/large.bin');\n(await answer.arrayBuffer()).byteLength; //=> 2000000",
    failures: [],
  },
};

const documentOf = (code: string, language: string, before = '') => `${before}\n\`\`\`${language}\n${code}\n\`\`\`\n`;
const fence = (title: string, text: string) => readFences(title.replaceAll(/\W+/g, '-'), text)[0]!;

const typescript = Object.entries(TYPESCRIPT).map(([title, { code, failures }]) => ({
  title,
  fence: fence(title, documentOf(code, 'ts')),
  failures,
}));
const unmarked = fence('unmarked', documentOf('a -> b', ''));
const marked = fence('marked', documentOf('a -> b', '', '<!-- not run: a picture -->'));
const notRun = fence('not-run', documentOf('const x: string = 1;', 'ts', '<!-- not run: needs a browser -->'));
const [example] = readExamples(
  'packages/core/src/example.ts',
  '/**\n * @example\n * ```ts\n * io.read(5); //=> b`Hello`\n * io.size; //=> 1\n * ```\n */\n',
);
const python = {
  right: fence('right', documentOf("for day in ['Mon', 'Tue']:\n    print(day)  #=> Mon, then Tue", 'python')),
  wrong: fence('wrong', documentOf('print(1)  #=> 2\nx = 1  #=> 1', 'python')),
  throws: fence('throws', documentOf('1 / 0', 'python')),
};

const examination = new Examination(
  [...typescript.map((one) => one.fence), unmarked, marked, notRun, example!, ...Object.values(python)],
  () => ({ '@memio/core': ['BytesIO', 'b'] }),
);
let found = new Map<Fence, string[]>();
beforeAll(async () => {
  found = await examination.failures(4000);
}, 120_000);
afterAll(() => examination.dispose());

/** The failures of a fence, with the lines counted in the fence. */
const failuresOf = (one: Fence) =>
  found.get(one)!.map((failure) => {
    const [document, line, ...text] = failure.split(':');
    expect(document).toBe(one.document);
    return `${Number(line) - one.line + 1}:${text.join(':')}`;
  });

describe('a fence of TypeScript', () => {
  it.each(typescript)('$title', ({ fence, failures }) => {
    const actual = failuresOf(fence);
    expect(actual).toEqual(
      failures.map((failure) => (failure instanceof RegExp ? expect.stringMatching(failure) : failure)),
    );
  });

  it('is type-checked even if it is not run', () => {
    expect(failuresOf(notRun)).toEqual([expect.stringMatching(/^1: TS2322: /)]);
  });
});

describe('an @example', () => {
  it('is given what its package exports, and fixtures; its failures name the line of the source', () => {
    expect(found.get(example!)).toEqual(['packages/core/src/example.ts:5: is 13, not 1']);
  });

  it('has to be a fence', () => {
    expect(() => readExamples('a.ts', '/**\n * @example io.read()\n */')).toThrow(
      'a.ts:2: the @example is not followed by a fence',
    );
  });
});

describe('a fence of another language', () => {
  it('needs a reason not to be run', () => {
    expect(failuresOf(unmarked)).toEqual([expect.stringMatching(/^1: a fence of no language is not run: say why/)]);
    expect(failuresOf(marked)).toEqual([]);
    expect(marked.notRun).toBe('a picture');
  });
});

describeWith('python3', 'fences of Python are not run')('a fence of Python', () => {
  it('prints what it promises', () => {
    expect(failuresOf(python.right)).toEqual([]);
    expect(failuresOf(python.wrong)).toEqual(['1: prints 1, not 2', '2: prints nothing, not 1']);
  });

  it('throws nothing', () => {
    expect(failuresOf(python.throws)).toEqual([expect.stringMatching(/^1: throws .*ZeroDivisionError/s)]);
  });
});
