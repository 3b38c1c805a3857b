import { parseSync } from 'vite';

interface Node {
  type: string;
  start: number;
  end: number;
  [property: string]: unknown;
}

interface Span {
  start: number;
  end: number;
}

/** A `//=>` comment, and the expression whose statement ends before it. */
export interface Result {
  expression: Span | undefined;
  comment: Span;
  /** What follows `//=>`. */
  text: string;
}

/** What has to be known of the TypeScript in a fence. */
export interface Syntax {
  /** Whatever is named in it, properties and labels too. */
  names: Set<string>;
  /** What it declares or imports, in any scope. */
  declared: Set<string>;
  /** The modules it imports. */
  imports: string[];
  results: Result[];
  /** Why it is no such module, and where. */
  error?: { message: string; start: number };
}

/**
 * Reads TypeScript.
 *
 * @param file if Node.js 20 is to run it, its name, which ends with `.mjs` if it has to be JavaScript
 */
export function readSyntax(code: string, file?: string): Syntax {
  const { program, comments, errors } = parseSync(file ?? 'fence.ts', code);
  const syntax: Syntax = { names: new Set(), declared: new Set(), imports: [], results: [] };
  const statements: { end: number; expression: Node }[] = [];
  const [error] = errors;
  if (error) syntax.error = { message: error.message, start: error.labels[0]?.start ?? 0 };
  visit(program, (node) => {
    const { type } = node;
    if (file && type === 'VariableDeclaration' && String(node['kind']).endsWith('using'))
      syntax.error ??= { message: '`using` does not run on Node.js 20', start: node.start };
    if (type === 'Identifier') syntax.names.add(node['name'] as string);
    if (type === 'ImportDeclaration') syntax.imports.push((node['source'] as { value: string }).value);
    if (type === 'ExpressionStatement')
      statements.push({ end: node.end, expression: node['expression'] as unknown as Node });
    for (const name of declaredBy(node)) syntax.declared.add(name);
  });
  for (const { type, value, start, end } of comments) {
    if (type !== 'Line' || !value.startsWith('=>')) continue;
    const statement = statements.find((one) => one.end <= start && code.slice(one.end, start).trim() === '');
    syntax.results.push({ expression: statement?.expression, comment: { start, end }, text: value.slice(2).trim() });
  }
  return syntax;
}

function declaredBy(node: Node): string[] {
  const named =
    node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration'
      ? node['id']
      : node.type.startsWith('Import')
        ? node['local']
        : undefined;
  const names: string[] = [];
  visit(named, (inner) => {
    if (inner.type === 'Identifier') names.push(inner['name'] as string);
  });
  return names;
}

function visit(value: unknown, found: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && 'start' in value) found(value as Node);
  for (const inner of Object.values(value)) visit(inner, found);
}
