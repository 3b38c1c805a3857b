import type { Fence } from './fence.ts';
import { type Exports, supply } from './supplied.ts';
import { readSyntax } from './syntax.ts';

/** A fence as a module that hands its results to `run-modules.ts`. Line for line it is the fence. */
export interface Module {
  source: string;
  /** The lines of the document with a `//=>`. */
  results: number[];
  /** What is wrong before it is run, with the line of the document. */
  problems: { line: number; problem: string }[];
}

/** @param exports what an `@example` may use without an import */
export function moduleOf(fence: Fence, exports: Exports): Module {
  const { code } = fence;
  const { results, error } = readSyntax(code, fence.notRun ? undefined : (fence.file ?? 'fence.mjs'));
  const module: Module = { source: EMPTY, results: [], problems: [] };
  const lineAt = (text: string, position: number) => fence.line + newlines(text.slice(0, position));
  if (error) {
    module.problems.push({ line: lineAt(code, error.start), problem: error.message });
    return module;
  }
  const edits: { start: number; end: number; text: string }[] = [];
  for (const { expression, comment, text } of results) {
    const line = lineAt(code, comment.start);
    if (!expression) {
      module.problems.push({ line, problem: '//=> follows no expression statement' });
      continue;
    }
    module.results.push(line);
    const [head, tail] = around(line, text);
    edits.push({ start: expression.start, end: expression.start, text: head });
    const gap = '\n'.repeat(newlines(code.slice(expression.end, comment.end)));
    edits.push({ start: expression.end, end: comment.end, text: tail + gap });
  }
  const body = apply(code, edits);
  const syntax = readSyntax(body);
  if (syntax.error) {
    module.problems.push({ line: lineAt(body, syntax.error.start), problem: `//=> ${syntax.error.message}` });
    return { ...module, results: [] };
  }
  const usesBytes = results.some(({ text }) => /\bb`/.test(text)) && !syntax.declared.has('b');
  const prelude = fence.example ? supply(syntax, exports) : usesBytes ? "import { b } from '@memio/core';" : '';
  return { ...module, source: `${prelude} ${body}\n${EMPTY}` };
}

function around(line: number, text: string): [head: string, tail: string] {
  const thrown = /^throws (.+)$/.exec(text)?.[1];
  if (thrown) return [`await $throws(${line}, async () => (`, `), ${JSON.stringify(thrown)});`];
  return [`$result(${line}, (`, `), (${text}));`];
}

function apply(code: string, edits: { start: number; end: number; text: string }[]): string {
  let text = code;
  for (const edit of edits.sort((one, other) => other.start - one.start))
    text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  return text;
}

const newlines = (text: string) => text.split('\n').length - 1;
const EMPTY = 'export {};\n';
