import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from '@memio/workspace';
import { compile, compiled } from './compile.ts';
import type { Fence } from './fence.ts';
import { linkPackages } from './link-packages.ts';
import { type Module, moduleOf } from './module.ts';
import type { Failure, Order } from './protocol.ts';
import { runPython } from './python-fence.ts';
import { run } from './run.ts';
import type { Exports } from './supplied.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const RUNNER = fileURLToPath(new URL('run-modules.ts', import.meta.url));
const OUT = fileURLToPath(new URL('../out/', import.meta.url));

interface Extract {
  fence: Fence;
  /** Where its module is written to. */
  file: string;
  module: Module;
}

/** The fences of documents, written out as modules to be compiled and run. */
export class Examination {
  readonly #fences: readonly Fence[];
  /** Below what `linkPackages` fills, so that the packages are found from there. */
  readonly #source: string;
  readonly #work: string = mkdtempSync(join(tmpdir(), 'memio-docs-'));
  readonly #extracts: Extract[];

  /** @param exports the names that the examples of a package may use without an import */
  constructor(fences: readonly Fence[], exports: (document: string) => Exports) {
    this.#fences = fences;
    linkPackages(join(OUT, 'node_modules'));
    this.#source = mkdtempSync(join(OUT, 'fences-'));
    this.#extracts = fences.filter(isTypeScript).map((fence) => {
      const module = moduleOf(fence, exports(fence.document));
      const file = join(this.#source, fence.document, fence.file ?? `${fence.line}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, module.source);
      return { fence, file, module };
    });
  }

  /** The modules that are tests: import them where tests are collected. They are not run otherwise. */
  tests(): { fence: Fence; file: string }[] {
    return this.#extracts.filter(isTest);
  }

  /** What is wrong with each fence, line by line: `packages/core/README.md:43: is 5, not 6`. */
  async failures(deadline = 10_000): Promise<Map<Fence, string[]>> {
    const failures = new Map(this.#fences.map((fence): [Fence, string[]] => [fence, []]));
    const add = (fence: Fence, what: string) => failures.get(fence)!.push(`${fence.document}:${what}`);

    for (const fence of this.#fences) {
      const { language, notRun, project, line } = fence;
      if (notRun || project || CHECKED.has(language)) continue;
      const what = `a fence of ${language || 'no language'} is not run`;
      add(fence, `${line}: ${what}: say why on the line before, <!-- not run: the reason -->`);
    }
    for (const { fence, module } of this.#extracts)
      for (const { line, problem } of module.problems) add(fence, `${line}: ${problem}`);

    const python = this.#fences.filter((fence) => fence.language === 'python' && !fence.notRun);
    const out = join(this.#source, 'out');
    const [diagnostics] = await Promise.all([
      compile(this.#source, out),
      ...python.map(async (fence) => {
        for (const failure of await runPython(fence, this.#work, deadline)) add(fence, failure);
      }),
    ]);
    for (const { file, line, problem } of diagnostics) {
      const { fence } = this.#extracts.find((extract) => extract.file === file)!;
      add(fence, `${fence.line + line - 1}: ${problem}`);
    }

    const executed = this.#extracts.filter((extract) => !extract.fence.notRun && !isTest(extract));
    const orders = executed.map(({ fence, file }): Order => {
      const module = pathToFileURL(compiled(file, out)).href;
      return { module, folder: this.#work, fixtures: FIXTURES.href, files: fence.example };
    });
    const reports = await run(compiled(RUNNER, out), orders, deadline);
    reports.forEach((report, index) => {
      const { fence, module, file } = executed[index]!;
      for (const failure of report.failures) add(fence, `${lineOf(failure, fence, file)}: ${failure.problem}`);
      if (report.failures.some((failure) => failure.line === undefined)) return;
      for (const line of module.results)
        if (!report.reached.includes(line)) add(fence, `${line}: the result is never reached`);
    });
    return failures;
  }

  /** Removes what was written. */
  dispose(): void {
    for (const folder of [this.#source, this.#work]) rmSync(folder, { recursive: true, force: true });
  }
}

/** The languages of which every fence is run, or checked by `commands.ts`. */
const CHECKED = new Set(['ts', 'python', 'sh']);

const isTypeScript = ({ language, project }: Fence) => language === 'ts' && !project;
const isTest = ({ file }: { file: string }) => file.endsWith('.test.ts');

/** The line of the document in which it went wrong: the innermost of the stack's that is in the fence. */
function lineOf({ line, stack = '' }: Failure, fence: Fence, file: string): number {
  if (line !== undefined) return line;
  const name = file.slice(ROOT.length).replaceAll('\\', '/');
  const [, at] = stack.split(`${name}:`);
  return at === undefined ? fence.line : fence.line + Number.parseInt(at, 10) - 1;
}
