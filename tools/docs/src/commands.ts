import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { publishedPackages, ROOT } from '@memio/workspace';
import type { Fence } from './fence.ts';
import { readSyntax } from './syntax.ts';

interface Manifest {
  name: string;
  private?: boolean;
  packageManager?: string;
  scripts?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** What commands in documents refer to. */
export interface Workspace {
  root: Manifest;
  /** The packages that are published, by name. */
  packages: Map<string, Manifest>;
  /** The names of all packages in the lockfile. */
  locked: Set<string>;
}

export function readWorkspace(): Workspace {
  const lockfile = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
  return {
    root: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest,
    packages: new Map(publishedPackages().map(({ manifest }) => [manifest.name, manifest])),
    locked: new Set([...lockfile.matchAll(/^ {2}'?(@?[^@'\s]+)@\d/gm)].map(([, name]) => name!)),
  };
}

/** What is wrong with the commands of a fence of `sh`. They are not run. */
export function checkCommands(fence: Fence, workspace: Workspace): string[] {
  return fence.code.split('\n').flatMap((text, index) => {
    const [command = '', comment = ''] = text.split(/\s+#\s*/);
    const problems = /^\s*(#.*)?$/.test(text) ? [] : checkCommand(command.trim(), comment, workspace);
    return problems.map((problem) => `${fence.document}:${fence.line + index}: ${problem}`);
  });
}

/** What is wrong with the mentions of scripts anywhere in a document: `npx -y pnpm@1.2.3 script`, `… script`. */
export function checkMentions(document: string, text: string, { root }: Workspace): string[] {
  return text.split('\n').flatMap((line, index) => {
    const full = [...line.matchAll(/\b(pnpm@[\d.]+\d) ([\w:-]+)/g)];
    const short = [...line.matchAll(/`… ([\w:-]+)/g)].map(([, script]) => ['', root.packageManager, script]);
    return [...full, ...short].flatMap(([, manager, script]) => {
      const problems: string[] = [];
      if (manager !== root.packageManager) problems.push(`${manager} is not ${root.packageManager}`);
      if (!root.scripts?.[script!] && !BUILT_IN.has(script!)) problems.push(`there is no script ${script}`);
      return problems.map((problem) => `${document}:${index + 1}: ${problem}`);
    });
  });
}

/**
 * What the `npm install` lines of a document leave out: packages that its fences import, and peers of those it names.
 * A fence that needs more than the others has a line of its own: `// npm install …`.
 */
export function checkInstalls(fences: readonly Fence[], { packages }: Workspace): string[] {
  const installed = new Set(fences.filter((one) => one.language === 'sh').flatMap((one) => installs(one.code)));
  if (installed.size === 0) return [];
  const missing = fences
    .filter((fence) => fence.language === 'ts' && !fence.project)
    .flatMap((fence) => {
      const here = new Set([...installed, ...installs(fence.code)]);
      return importsOf(fence)
        .filter((name) => !here.has(name))
        .map((name) => `${fence.document}:${fence.line}: ${name} is imported, and not installed`);
    });
  const peers = [...installed].flatMap((name) =>
    Object.keys(packages.get(name)?.peerDependencies ?? {})
      .filter((peer) => !installed.has(peer))
      .map((peer) => `${fences[0]!.document}: ${peer}, a peer of ${name}, is not installed`),
  );
  return [...missing, ...peers];
}

/** What pnpm does by itself, without a script of that name. */
const BUILT_IN = new Set(['install', 'add']);

function checkCommand(command: string, comment: string, { packages, locked }: Workspace): string[] {
  const install = names(command, /^(?:npm install|pnpm add) (.+)/);
  if (install.length > 0) {
    const other = names(comment, /^or: (?:npm install|pnpm add) (.+)/);
    const unknown = install.filter((name) => !packages.has(name) && !locked.has(name));
    const problems = unknown.map((name) => `no package of this repository is, or depends on, ${name}`);
    if (other.length > 0 && other.join() !== install.join())
      problems.push('the two commands install different packages');
    return problems;
  }
  if (/^npx -y pnpm@/.test(command)) return []; // see checkMentions
  const script = /^node (\S+)/.exec(command)?.[1];
  if (script) return existsSync(sourceOf(script)) ? [] : [`there is no source of ${script}`];
  return [`nobody checks \`${command}\`: say so on the line before the fence, <!-- not run: the reason -->`];
}

const sourceOf = (script: string) => join(ROOT, script.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));

const installs = (code: string) => code.split('\n').flatMap((line) => names(line, /^(?:\/\/ )?npm install ([^#]+)/));

const names = (text: string, command: RegExp) =>
  (command.exec(text)?.[1] ?? '').split(/\s+/).filter((word) => /^[^-]/.test(word));

function importsOf({ code }: Fence): string[] {
  const bare = readSyntax(code).imports.filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  const packages = bare.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(packages)].filter((name) => !builtinModules.includes(name));
}
