import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { Python } from '@memio/testkit/python';
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';

/** The files of an archive by name, in Latin-1; what a judge refuses is `undefined`. */
export type Verdict = Record<string, string> | undefined;

configure({ useWebWorkers: false });

const zipfile = new Python(new URL('./zipfile_judge.py', import.meta.url));

/** What Python's `zipfile` reads: names and contents, or why it refuses the archive. */
export const readWithPython = async (
  archive: Uint8Array,
): Promise<{ files: [name: string, content: Uint8Array][] } | { error: string }> => {
  const answer = (await zipfile.request({ archive: Buffer.from(archive).toString('base64') })) as
    | { files: [string, string][] }
    | { error: string };
  if ('error' in answer) return answer;
  return { files: answer.files.map(([name, content]) => [name, Buffer.from(content, 'base64')]) };
};

async function python(archive: Uint8Array): Promise<Verdict> {
  const read = await readWithPython(archive);
  if ('error' in read) return undefined;
  return Object.fromEntries(read.files.map(([name, content]) => [name, Buffer.from(content).toString('latin1')]));
}

/** Unpacks with a program into a folder of its own, and reads what is there. */
function unpacked(archive: Uint8Array, program: string, args: (path: string, folder: string) => string[]): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'memio-judge-'));
  const path = `${folder}.zip`;
  try {
    writeFileSync(path, archive);
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const { status } = spawnSync(program, args(path, folder), { env, input: '', timeout: 20_000 });
    // 1 is a warning of unzip and 7z.
    if (status !== 0 && !(status === 1 && program !== 'bsdtar')) return undefined;
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      files.map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [relative(folder, file).split(sep).join('/'), readFileSync(file, 'latin1')];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(path, { force: true });
  }
}

async function zipJs(archive: Uint8Array): Promise<Verdict> {
  try {
    const entries = await new ZipReader(new Uint8ArrayReader(archive), { checkSignature: true }).getEntries();
    const files: Record<string, string> = {};
    for (const entry of entries)
      if (!entry.directory)
        files[entry.filename] = Buffer.from(await entry.getData(new Uint8ArrayWriter())).toString('latin1');
    return files;
  } catch {
    return undefined;
  }
}

/** Independent readers of ZIP by their names. */
export const JUDGES: Record<string, (archive: Uint8Array) => Verdict | Promise<Verdict>> = {
  python3: python,
  unzip: (archive) => unpacked(archive, 'unzip', (path, folder) => ['-qq', '-o', '-d', folder, path]),
  '7z': (archive) => unpacked(archive, '7z', (path, folder) => ['x', '-tzip', '-y', '-p', `-o${folder}`, path]),
  bsdtar: (archive) => unpacked(archive, 'bsdtar', (path, folder) => ['-xf', path, '-C', folder]),
  'zip.js': zipJs,
};
