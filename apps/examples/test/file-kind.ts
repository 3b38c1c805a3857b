import { extname } from 'node:path';
import { expect } from 'vitest';

const latin1 = new TextDecoder('latin1');
const text = (bytes: Uint8Array): boolean => new TextDecoder('utf-8', { fatal: true }).decode(bytes).length > 0;
/** For what has no sign of its own, such as a part of a file, or one that is encrypted. */
const any = (): boolean => true;
const startsWith = (magic: string) => (bytes: Uint8Array) => latin1.decode(bytes.subarray(0, magic.length)) === magic;

/** How files of a kind are recognised, by what their names end with. */
const KINDS: Record<string, (bytes: Uint8Array) => boolean> = {
  '.bin': any,
  '.csv': text,
  '.db': startsWith('SQLite format 3\0'),
  '.eml': text,
  '.encrypted': any,
  '.gz': startsWith('\x1f\x8b'),
  '.html': text,
  '.jpg': startsWith('\xff\xd8\xff'),
  '.json': (bytes) => JSON.parse(new TextDecoder().decode(bytes)) !== null,
  '.pdf': startsWith('%PDF-'),
  '.png': startsWith('\x89PNG\r\n\x1a\n'),
  '.sqlite': startsWith('SQLite format 3\0'),
  '.svg': text,
  '.tar': (bytes) => latin1.decode(bytes.subarray(257, 262)) === 'ustar',
  '.txt': text,
  '.wav': startsWith('RIFF'),
  '.zip': startsWith('PK\x03\x04'),
};

/** Checks that a file is not empty, and is what its name says. */
export function expectKind(name: string, bytes: Uint8Array): void {
  const isKind = KINDS[extname(name)];
  if (!isKind) throw new Error(`Cannot tell whether ${name} is what it should be: add ${extname(name)} to KINDS`);
  expect(bytes.length, `the size of ${name}`).toBeGreaterThan(0);
  expect(isKind(bytes), `whether ${name} is what its name says`).toBe(true);
}
