import { literalOf } from './literal.ts';
import type { Store } from './store.ts';

/** How many bytes are shown. */
const SHOWN = 32;

/** What consoles and test runners show of a stream: its size, its cursor and its first bytes. */
export function inspect(stream: object, store: Store, cursor: number): string {
  const name = stream.constructor.name;
  if (store.writable < 0) return `${name} { closed }`;
  const { size } = store;
  let bytes: string;
  try {
    bytes = literalOf(store.copy(0, Math.min(size, SHOWN))) + (size > SHOWN ? '…' : '');
  } catch (error) {
    bytes = (error as Error).name; // inspecting must not fail: the memory is detached, or a file cannot be read
  }
  return `${name} { size: ${size}, cursor: ${cursor}, bytes: ${bytes} }`;
}
