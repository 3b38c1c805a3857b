import { isDeepStrictEqual } from 'node:util';
import { HANDED, written } from './handed.ts';

/** Somebody to whom a stream or its bytes are handed. */
export interface Consumer {
  name: string;
  /** How it is written, with `x` for what is handed to it. `types.ts` declares what else it uses. */
  code: string;
  /** What is handed to it. Default: every byte, which is no text. */
  sample?: Uint8Array;
  /** What should come of it. Default: the sample. */
  expected?: unknown;
  deliver(x: unknown): Promise<unknown>;
}

/** What came of it: what was expected, an error, or something else without an error. */
export type Outcome = { kind: 'correct' } | { kind: 'error'; message: string } | { kind: 'wrong'; got: string };

const BYTES = Uint8Array.from({ length: 1_000 }, (_, index) => index);
/** In milliseconds. */
const DEADLINE = 5_000;

export async function bytesOf(body: { arrayBuffer(): Promise<ArrayBuffer> }): Promise<Uint8Array> {
  return new Uint8Array(await body.arrayBuffer());
}

/** Hands one to the other. */
export async function outcomeOf(
  { sample = BYTES, expected = sample, deliver }: Consumer,
  handed: string,
): Promise<Outcome> {
  const io = written(sample);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Late()), DEADLINE);
    });
    const got = await Promise.race([deliver(HANDED[handed]!(io)), late]);
    const same =
      got instanceof Uint8Array && expected instanceof Uint8Array
        ? Buffer.compare(got, expected) === 0
        : isDeepStrictEqual(got, expected);
    return same ? { kind: 'correct' } : { kind: 'wrong', got: show(got) };
  } catch (error) {
    if (error instanceof Late) return { kind: 'wrong', got: 'nothing: it never ends' };
    return { kind: 'error', message: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

class Late extends Error {}

/** The message, and that of the reason behind it. */
function messageOf(error: unknown): string {
  const { message, cause } = error as Error;
  const text = cause instanceof Error ? `${message}: ${cause.message}` : String(message);
  return text.replaceAll(/\s+/g, ' ').trim();
}

function show(got: unknown): string {
  const text =
    got instanceof Uint8Array ? new TextDecoder().decode(got) : typeof got === 'string' ? got : JSON.stringify(got);
  return JSON.stringify(String(text).slice(0, 24));
}
