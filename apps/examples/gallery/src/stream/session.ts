import { BytesIO, type BytesView, b } from '@memio/core';
import { repr } from './repr.ts';

/** A call and what came of it, as Python's prompt would show them. */
export interface Call {
  code: string;
  /** `undefined` for Python's `None`. */
  result?: string | undefined;
  /** Name and message of what it threw. */
  error?: string | undefined;
}

/** The most bytes that can be drawn. */
export const MOST_BYTES = 48;

/** A `BytesIO` that is called step by step, and what came of each call. Every call and every error is the stream's. */
export class Session {
  readonly calls: Call[] = [];
  /** From where to where the last call has read. */
  lastRead: readonly [start: number, end: number] = [0, 0];
  #io = new BytesIO(undefined, { maxBytes: MOST_BYTES });
  #views: BytesView[] = [];

  get size(): number {
    return this.#io.size;
  }

  get cursor(): number {
    return this.#io.tell();
  }

  /** How many bytes each view that is out shows. */
  get views(): readonly number[] {
    return this.#views.map(({ length }) => length);
  }

  /** A copy of the content. */
  get content(): Uint8Array {
    return this.#io.getvalue();
  }

  /** A new stream; views on the old one are given back, and what was called is forgotten. */
  restart(): void {
    for (const view of this.#views.splice(0)) view.release();
    this.#io = new BytesIO(undefined, { maxBytes: MOST_BYTES });
    this.calls.length = 0;
    this.#call('io = BytesIO()', () => undefined);
  }

  /** `text` is what stands in a bytes literal, escapes and all. */
  write(text: string): Call {
    const code = `io.write(b'${text.replace(/(?<!\\)'/g, "\\'")}')`;
    return this.#call(code, () => `${this.#io.write(literal(text))}`);
  }

  seek(offset: number, whence: number = 0): Call {
    const code = whence === 0 ? `io.seek(${offset})` : `io.seek(${offset}, ${whence})`;
    return this.#call(code, () => `${this.#io.seek(offset, whence as 0 | 1 | 2)}`);
  }

  read(size?: number): Call {
    const start = this.cursor;
    const call = this.#call(`io.read(${size ?? ''})`, () => repr(this.#io.read(size)));
    this.lastRead = [start, this.cursor];
    return call;
  }

  getvalue(): Call {
    const call = this.#call('io.getvalue()', () => repr(this.#io.getvalue()));
    this.lastRead = [0, this.size];
    return call;
  }

  truncate(size?: number): Call {
    return this.#call(`io.truncate(${size ?? ''})`, () => `${this.#io.truncate(size)}`);
  }

  getbuffer(): Call {
    return this.#call('view = io.getbuffer()', () => void this.#views.push(this.#io.getbuffer()));
  }

  /** Sets a byte of the view that was taken last. */
  poke(index: number, byte: number): Call {
    return this.#call(`view[${index}] = 0x${byte.toString(16).padStart(2, '0')}`, () => {
      const view = this.#lastView();
      if (!(index in view)) throw new RangeError(`The view has no index ${index}: its length is ${view.length}`);
      if (!(byte >= 0 && byte <= 255)) throw new RangeError(`${byte} is no byte: expected 0 to 255`);
      view[index] = byte;
      return undefined;
    });
  }

  /** Gives the view back that was taken last. */
  release(): Call {
    return this.#call('view.release()', () => {
      this.#lastView().release();
      this.#views.pop();
      return undefined;
    });
  }

  #lastView(): BytesView {
    const view = this.#views.at(-1);
    if (!view) throw new ReferenceError('There is no view: call getbuffer() first');
    return view;
  }

  #call(code: string, action: () => string | undefined): Call {
    this.lastRead = [0, 0];
    const call: Call = { code };
    try {
      call.result = action();
    } catch (error) {
      call.error = `${(error as Error).name}: ${(error as Error).message}`;
    }
    this.calls.push(call);
    return call;
  }
}

/** The bytes of a literal that was typed rather than compiled. */
const literal = (text: string): Uint8Array => b(Object.assign([text], { raw: [text] }));
