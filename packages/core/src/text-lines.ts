import { rangeError } from './errors.ts';
import { type Decoder, decoderOf } from './text.ts';

/** How many bytes are decoded at a time: one call for each line would take longer than all else. */
const BLOCK = 65_536;
const NEWLINE = 0x0a;

/** A `BytesIO`, as far as lines need one. */
interface Reader {
  tell(): number;
  seek(position: number): number;
  peek(size: number): Uint8Array;
}

/**
 * The lines of `io` from its cursor on, decoded in blocks that end behind a newline: so no character is cut, and the
 * cursor can be behind the line that was yielded last. A line that the caller moves the cursor away from is not missed:
 * reading goes on where the cursor is.
 */
export function textLines(io: Reader, encoding: string | undefined): IterableIterator<string, void, undefined> {
  const decoder = decoderOf(encoding, true);
  if (decoder.encoding === 'iso-2022-jp')
    throw rangeError('Cannot decode lines of iso-2022-jp, where a line depends on those before it: use text()');
  const atStart = decoderOf(encoding);
  return generate(io, decoder, atStart);
}

function* generate(io: Reader, decoder: Decoder, atStart: Decoder): Generator<string, void, undefined> {
  const newline = newlineOf(decoder.encoding);
  for (;;) {
    let at = io.tell();
    const block = peekLines(io, newline);
    if (block.length === 0) return;
    // A byte order mark is one at the start of a stream only.
    const text = (at === 0 ? atStart : decoder).decode(block);
    const start = at;
    let from = 0;
    // Where text and bytes are of one length, a character is a byte, and so are lengths.
    const isBytes = text.length === block.length;
    while (from < text.length || at < start + block.length) {
      const found = text.indexOf('\n', from);
      const end = found < 0 ? text.length : found;
      const next = found < 0 ? text.length : found + 1;
      at = isBytes ? start + next : start + newline.behindNext(block, at - start);
      io.seek(at);
      const isCrLf = found > from && text.charCodeAt(found - 1) === 0x0d;
      yield text.slice(from, isCrLf ? found - 1 : end);
      if (io.tell() !== at) break;
      from = next;
    }
  }
}

/** How a newline looks in bytes. */
interface Newline {
  /** The index behind the last one; 0 if there is none. */
  behindLast(bytes: Uint8Array): number;
  /** The index behind the next one from `at` on, or that of the end. */
  behindNext(bytes: Uint8Array, at: number): number;
}

/** In all encodings of the platform but UTF-16 the byte 0x0A is a newline and nothing else. */
const BYTE: Newline = {
  behindLast: (bytes) => bytes.lastIndexOf(NEWLINE) + 1,
  behindNext: (bytes, at) => bytes.indexOf(NEWLINE, at) + 1 || bytes.length,
};

function newlineOf(encoding: string): Newline {
  if (!encoding.startsWith('utf-16')) return BYTE;
  const [first, second] = encoding === 'utf-16le' ? [NEWLINE, 0] : [0, NEWLINE];
  const isNewline = (bytes: Uint8Array, at: number) => bytes[at] === first && bytes[at + 1] === second;
  return {
    behindLast(bytes) {
      let at = bytes.length & ~1;
      while (at > 0 && !isNewline(bytes, at - 2)) at -= 2;
      return at;
    },
    behindNext(bytes, at) {
      let index = at;
      while (index < bytes.length && !isNewline(bytes, index)) index += 2;
      return Math.min(index + 2, bytes.length);
    },
  };
}

/** Whole lines from the cursor on, or all that is left. */
function peekLines(io: Reader, newline: Newline): Uint8Array {
  for (let size = BLOCK; ; size *= 2) {
    const bytes = io.peek(size);
    if (bytes.length < size) return bytes;
    const end = newline.behindLast(bytes);
    if (end > 0) return bytes.subarray(0, end);
  }
}
