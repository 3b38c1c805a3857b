import type { Step, Value } from './operations.ts';
import type { Difference, Trace } from './trace.ts';

/** A difference, and the steps that lead to it as programs that can be run in either language. */
export function report(steps: readonly Step[], expected: Trace, { step, ...difference }: Difference): string {
  const upTo = steps.slice(0, step + 1);
  const failed = expected.slice(0, step).map(([outcome]) => isError(outcome));
  const viewed = upTo.some(([name]) => name === 'getbuffer');
  const programs = [JAVASCRIPT, PYTHON].map((language) =>
    [
      ...language.head(viewed),
      ...upTo.map((each, index) => {
        const line = language.line(each);
        return failed[index] ? language.attempt(line) : line;
      }),
      ...language.tail,
    ].join('\n'),
  );
  return [
    `The ${difference.what} of step ${step + 1}, ${JSON.stringify(steps[step])}, differs`,
    `  CPython: ${JSON.stringify(difference.expected)}`,
    `  BytesIO: ${JSON.stringify(difference.actual)}`,
    ...programs,
  ].join('\n\n');
}

const isError = (outcome: unknown) => typeof outcome === 'object' && outcome !== null && 'error' in outcome;

interface Language {
  head(viewed: boolean): string[];
  line(step: Step): string;
  attempt(line: string): string;
  tail: string[];
}

const JAVASCRIPT: Language = {
  head: () => [
    "import { BytesIO } from '@memio/core';",
    'const bytes = (text, length = text.length) => Uint8Array.from({ length }, (_, i) => text.charCodeAt(i % text.length));',
    'const memory = (bytes, Memory) => { const it = new Memory(bytes.length, { maxByteLength: bytes.length + 64 }); new Uint8Array(it).set(bytes); return it; };',
    'let io = new BytesIO(), lines = io[Symbol.iterator](), views = [];',
  ],
  line: ([name, ...values]) => {
    const args = values.map(javascript);
    const [index, at, byte] = args;
    const view = `views[${index} % views.length]`;
    switch (name) {
      case 'new':
        return `io = new BytesIO(${args}); lines = io[Symbol.iterator](); views = [];`;
      case 'iter':
        return 'lines = io[Symbol.iterator]();';
      case 'next':
        return 'lines.next();';
      case 'loop':
        return `{ let left = ${index}; for (const line of io) if (--left === 0) break; }`;
      case 'chunks':
        return `{ let left = ${at}; for (const chunk of io.chunks(${index})) if (--left === 0) break; }`;
      case 'exit':
        return 'io[Symbol.dispose]();';
      case 'getbuffer':
        return 'views.push(io.getbuffer());';
      case 'view.read':
        return `${view}?.slice();`;
      case 'view.write':
        return `if (${view}?.length) ${view}[${at} % ${view}.length] = ${byte};`;
      case 'view.release':
        return `views.splice(${index} % views.length, 1)[0]?.release();`;
      default:
        return `io.${name}(${args.join(', ')});`;
    }
  },
  attempt: (line) => `try { ${line} } catch {}`,
  tail: ['console.log(io.closed || [io.tell(), io.getvalue()]);'],
};

const PYTHON: Language = {
  // Where a view is exported, _pyio is the oracle: see oracle.py.
  head: (viewed) => [
    `import ${viewed ? '_pyio' : 'io'} as module; from contextlib import suppress`,
    'io, views = module.BytesIO(), []',
  ],
  line: ([name, ...values]) => {
    const args = values.map(python);
    const [index, at, byte] = args;
    const view = `views[${index} % len(views)]`;
    switch (name) {
      case 'new':
        return `io, views = module.BytesIO(${args}), []`;
      case 'iter':
        return 'iter(io)';
      case 'next':
        return 'next(io, None)';
      case 'loop':
        return `[line for line, _ in zip(io, range(${index}))]`;
      case 'chunks':
        return `[chunk for _, chunk in zip(range(${at}), iter(lambda: io.read(${index}), b''))]`;
      case 'exit':
        return 'io.__exit__(None, None, None)';
      case 'getbuffer':
        return 'views.append(io.getbuffer())';
      case 'view.read':
        return `views and bytes(${view})`;
      case 'view.write':
        return `if views and ${view}: ${view}[${at} % len(${view})] = ${byte}`;
      case 'view.release':
        return `views and views.pop(${index} % len(views)).release()`;
      default:
        return `io.${name}(${args.join(', ')})`;
    }
  },
  attempt: (line) => `with suppress(Exception): ${line}`,
  tail: ['print(io.closed or (io.tell(), io.getvalue()))'],
};

function javascript(value: Value): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('bytes' in value) {
    const { bytes, length = bytes.length, as = 'Uint8Array' } = value;
    const text = `'${spelled(bytes)}'`;
    const plain = length === bytes.length ? `bytes(${text})` : `bytes(${text}, ${length})`;
    if (as === 'Uint8Array' || as === 'slice') return plain;
    if (as === 'ArrayBuffer') return `${plain}.buffer`;
    if (as === 'Buffer') return `Buffer.from(${plain})`;
    if (as === 'SharedArrayBuffer' || as === 'resizable ArrayBuffer')
      return `memory(${plain}, ${as === 'SharedArrayBuffer' ? 'SharedArrayBuffer' : 'ArrayBuffer'})`;
    return `new ${as}(${plain}.buffer)`;
  }
  if ('view' in value) {
    const [index, start, end] = value.view;
    return `views[${index} % views.length]?.subarray(${start}, ${end}) ?? new Uint8Array(0)`;
  }
  if ('float' in value) return value.float;
  if ('list' in value) return `[${value.list.map(javascript).join(', ')}]${value.lazy ? '.values()' : ''}`;
  if ('stream' in value) return 'io';
  if ('minusZero' in value) return '-0';
  return 'undefined' in value ? 'undefined' : '{}';
}

function python(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return `'${spelled(value)}'`;
  if (typeof value === 'number') return String(value);
  if ('bytes' in value) {
    const literal = `b'${spelled(value.bytes)}'`;
    const { length } = value;
    const literalOfLength = length === undefined ? literal : `(${literal} * ${length})[:${length}]`;
    return `bytearray(${literalOfLength})`;
  }
  if ('view' in value) {
    const [index, start, end] = value.view;
    return `views[${index} % len(views)][${start}:${end}] if views else b''`;
  }
  if ('float' in value) return `float('${value.float}')`;
  if ('list' in value)
    return value.lazy ? `iter([${value.list.map(python).join(', ')}])` : `[${value.list.map(python).join(', ')}]`;
  if ('stream' in value) return 'io';
  if ('minusZero' in value) return '0';
  return 'undefined' in value ? 'None' : 'object()';
}

/** Readable both in a bytes literal of Python and in a string of JavaScript. */
function spelled(text: string): string {
  return text.replace(/[^ -~]|['\\]/g, (character) =>
    character === '\n' ? '\\n' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
