import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** The Debian package of a program, where it is not named like the program. */
const PACKAGES: Record<string, string> = {
  '7z': '7zip',
  '7zz': '7zip',
  bsdtar: 'libarchive-tools',
  cjpeg: 'libjpeg-turbo-progs',
  jpegtran: 'libjpeg-turbo-progs',
  mutool: 'mupdf-tools',
  pdfinfo: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  pdftotext: 'poppler-utils',
};

/** The path of the program `name`, looked up on PATH; `undefined` when it is not installed. */
export function findProgram(name: string): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, name] : [name];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const file of names) {
      const path = join(folder, file);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {}
    }
  }
  return undefined;
}

/** `findProgram`, or an error that says what to install. */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (!path) throw new Error(`${missing(name)} (${cure(name)})`);
  return path;
}

/**
 * A `describe` for tests that need the program `name`. Without it they are skipped, and a line on stderr says so with
 * `consequence`; on CI, which installs every program, they fail instead, unless `MEMIO_PROGRAMS` is `optional`.
 *
 * @example
 * ```ts
 * describeWith('qpdf', 'PDFs are not checked by it')('what writePdf wrote', () => { … });
 * ```
 */
export function describeWith(name: string, consequence: string): (title: string, suite: () => void) => void {
  if (findProgram(name)) return describe;
  if (process.env['CI'] && process.env['MEMIO_PROGRAMS'] !== 'optional') {
    return (title) =>
      describe(title, () => {
        it(`needs ${name}`, () => {
          requireProgram(name);
        });
      });
  }
  process.stderr.write(`SKIPPED: ${missing(name)}, so ${consequence} (${cure(name)})\n`);
  return describe.skip;
}

const missing = (name: string) => `${name} is not installed`;
const cure = (name: string) => `apt-get install ${PACKAGES[name] ?? name}`;
