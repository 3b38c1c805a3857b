import { Buffer } from 'buffer';
import process from './process.ts';

// Node's compares with any array of bytes, this one with its own kind only.
const { equals } = Buffer.prototype;
Buffer.prototype.equals = function (this: Buffer, other: Uint8Array): boolean {
  return equals.call(this, Buffer.from(other.buffer, other.byteOffset, other.length));
};

/** What the tests use of Node's globals. They are given to the tests only: the packages have to do without. */
export { Buffer, process };

export const setImmediate: typeof globalThis.setImmediate = ((run: () => void) =>
  setTimeout(run, 0)) as unknown as typeof globalThis.setImmediate;
