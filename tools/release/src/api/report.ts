import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import ts from 'typescript-6.0';
import { entryPoints, type Package } from '../workspace.ts';
import { isHidden } from './is-hidden.ts';
import { printDeclaration } from './print-declaration.ts';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What users of a package have: every export of every entry point with its signature, as Markdown. */
export function reportOf(one: Package): string {
  const entries = [...entryPoints(one)].map(([name, file]) => ({ name, file: file.replace(/\.js$/, '.d.ts') }));
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  const surface = new Surface(checker, dirname(entries[0]!.file));

  const sections = entries.map(({ name, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`Cannot read ${file}: it is not there, or exports nothing; build first`);
    return section(`## ${name}`, surface.exportsOf(module));
  });
  const reached = surface.reached();
  if (reached.length > 0) sections.push(section('## Not exported, but part of the above', reached));

  return `${[heading(one), ...sections].join('\n\n')}\n`;
}

function heading({ manifest: { name, engines, dependencies, peerDependencies } }: Package): string {
  const ranges = (of: Record<string, string> = {}) =>
    Object.entries(of).map(([name, range]) => `- \`${name}\`: \`${range}\``);
  return [
    `# ${name}`,
    '',
    '<!-- Written by `pnpm api`. A change of it needs a changeset. -->',
    '',
    ...ranges(engines),
    ...ranges(dependencies),
    ...ranges(peerDependencies),
  ].join('\n');
}

/** Code is indented, not fenced: it is no example that could be run. */
function section(title: string, declarations: readonly Declared[]): string {
  const parts = declarations
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, code }) => `### ${name}\n\n${code.replaceAll(/^(?=.)/gm, '    ')}`);
  return [title, ...parts].join('\n\n');
}

interface Declared {
  name: string;
  code: string;
}

/** The declarations of a package: those that are exported, and those that their signatures name. */
class Surface {
  readonly #exported = new Set<ts.Symbol>();
  readonly #named = new Set<ts.Symbol>();
  readonly #checker: ts.TypeChecker;
  readonly #folder: string;

  /** `folder` has the declarations of the package; others are not looked into. */
  constructor(checker: ts.TypeChecker, folder: string) {
    this.#checker = checker;
    this.#folder = `${folder}/`;
  }

  exportsOf(module: ts.Symbol): Declared[] {
    return this.#checker.getExportsOfModule(module).map((symbol) => {
      const target = this.#resolve(symbol);
      this.#exported.add(target);
      return { name: symbol.name, code: this.#codeOf(target) ?? `from ${this.#originOf(symbol)}` };
    });
  }

  /** What the signatures name so far and what these name in turn, as far as it is not exported. */
  reached(): Declared[] {
    const found: Declared[] = [];
    for (const symbol of this.#named) {
      // The set grows while it is gone through.
      const code = this.#exported.has(symbol) ? undefined : this.#codeOf(symbol);
      if (code) found.push({ name: symbol.name, code });
    }
    return found;
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** `undefined` if it is declared by another package. */
  #codeOf(symbol: ts.Symbol): string | undefined {
    const declarations = (symbol.declarations ?? []).filter((node) => this.#isOwn(node));
    if (declarations.length === 0) return undefined;
    for (const node of declarations) this.#collectNames(node);
    return declarations.map((node) => printDeclaration(statementOf(node))).join('\n');
  }

  #collectNames(node: ts.Node): void {
    if (ts.isIdentifier(node)) {
      const symbol = this.#checker.getSymbolAtLocation(node);
      const target = symbol && this.#resolve(symbol);
      if (target?.declarations?.some((one) => this.#isOwn(one) && isTopLevel(one))) this.#named.add(target);
    }
    node.forEachChild((child) => {
      if (!isHidden(child)) this.#collectNames(child);
    });
  }

  #isOwn(node: ts.Node): boolean {
    return node.getSourceFile().fileName.startsWith(this.#folder);
  }

  #originOf(symbol: ts.Symbol): string {
    for (const node of symbol.declarations ?? []) {
      const from = ts.isExportSpecifier(node) && node.parent.parent.moduleSpecifier;
      if (from && ts.isStringLiteral(from)) return isBuiltin(from.text) ? `Node.js, ${from.text}` : from.text;
    }
    throw new Error(`Cannot tell where ${symbol.name} comes from`);
  }
}

const statementOf = (node: ts.Node): ts.Node => (ts.isVariableDeclaration(node) ? node.parent.parent : node);

const isTopLevel = (node: ts.Declaration): boolean => ts.isSourceFile(statementOf(node).parent ?? node);
