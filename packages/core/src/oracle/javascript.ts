import { BytesIO } from '../bytes-io.ts';
import type { BytesView } from '../bytes-view.ts';
import { isMemioError, type MemioErrorCode } from '../errors.ts';
import type { Kind, Step, Value } from './operations.ts';
import { type Entry, encodeBytes, type Outcome, type Trace } from './trace.ts';

/** The names that oracle.py has for errors. */
const KINDS: Partial<Record<MemioErrorCode, [kind: string, name: string]>> = {
  ERR_MEMIO_TYPE: ['type', 'TypeError'],
  ERR_MEMIO_RANGE: ['range', 'RangeError'],
  ERR_MEMIO_CLOSED: ['closed', 'ClosedError'],
  ERR_MEMIO_BUFFER: ['buffer', 'BufferError'],
  ERR_MEMIO_UNSUPPORTED: ['unsupported', 'UnsupportedOperation'],
};

/**
 * Runs `steps` on `Subject` (BytesIO, or a broken one that the comparison has to see through). With `look`, the content
 * is taken after every step; otherwise only at the end, since looking may itself move memory and so hide a fault.
 */
export function runSteps(steps: readonly Step[], options: { look?: boolean; Subject?: typeof BytesIO } = {}): Trace {
  const { look = true, Subject = BytesIO } = options;
  const run = new Run(Subject);
  const entries = steps.map((step, index): Entry => {
    const outcome = run.step(step);
    const { stream } = run;
    if (stream.closed) return [outcome, -1];
    if (look || index === steps.length - 1) return [outcome, stream.tell(), contentOf(stream)];
    return [outcome, stream.tell()];
  });
  // Closed streams give their memory to the next ones, which have to show none of it.
  run.finish();
  return entries;
}

function contentOf(stream: BytesIO): unknown {
  const content = stream.getvalue();
  return content.length === stream.size ? encodeResult(content) : `${content.length} bytes of ${stream.size}`;
}

class Run {
  stream: BytesIO;
  readonly #Subject: typeof BytesIO;
  #views: BytesView[] = [];
  #iterator: Iterator<unknown, unknown> | undefined;

  constructor(Subject: typeof BytesIO) {
    this.#Subject = Subject;
    this.stream = new Subject();
  }

  step([name, ...values]: Step): Outcome {
    const lent: Uint8Array[] = [];
    const args = values.map((value) => decode(value, this, lent));
    try {
      const result = encodeResult(this.#call(name, args));
      return name.startsWith('readinto') ? [result, encodeBytes(bytesAt(args[0]))] : result;
    } catch (error) {
      return { error: errorKind(error) };
    } finally {
      // What was passed in is the caller's again: a stream that kept it would now change.
      for (const bytes of lent) bytes.fill(0x55);
    }
  }

  finish(): void {
    for (const view of this.#views.splice(0)) view.release();
    this.stream.close();
  }

  slice([index, start, end]: [number, number, number]): Uint8Array {
    const view = this.#views[index % this.#views.length];
    return view ? view.subarray(start, end) : new Uint8Array(0);
  }

  #call(name: string, args: unknown[]): unknown {
    switch (name) {
      case 'new': {
        const stream = new this.#Subject(...(args as []));
        this.finish();
        this.stream = stream;
        this.#iterator = undefined;
        return undefined;
      }
      case 'iter':
        this.#iterator = this.stream[Symbol.iterator]();
        return undefined;
      case 'next':
        this.#iterator ??= this.stream[Symbol.iterator]();
        return this.#iterator.next().value;
      case 'loop':
        return take(this.stream, args[0] as number);
      case 'chunks':
        return take(this.stream.chunks(args[0] as number), args[1] as number);
      case 'exit':
        return this.stream[Symbol.dispose]();
      case 'getbuffer': {
        const view = this.stream.getbuffer();
        this.#views.push(view);
        return view.length;
      }
      case 'view.read':
      case 'view.write':
      case 'view.release':
        return this.#callView(name, ...(args as [number, number, number]));
      default:
        return (this.stream as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args);
    }
  }

  #callView(name: string, index: number, at: number, byte: number): unknown {
    const chosen = index % this.#views.length;
    const view = this.#views[chosen];
    if (!view) return undefined;
    if (name === 'view.read') return view.slice();
    if (name === 'view.release') this.#views.splice(chosen, 1)[0]?.release();
    else if (view.length > 0) view[at % view.length] = byte;
    return undefined;
  }
}

function take(items: Iterable<unknown>, most: number): unknown[] {
  const taken: unknown[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length >= most) break;
  }
  return taken;
}

function decode(value: Value, run: Run, lent: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('bytes' in value) {
    const bytes = spell(value.bytes, value.length ?? value.bytes.length);
    const carrier = carry(bytes, value.as ?? 'Uint8Array');
    lent.push(bytesAt(carrier));
    return carrier;
  }
  if ('view' in value) return run.slice(value.view);
  if ('float' in value) return Number(value.float);
  if ('list' in value) {
    const items = value.list.map((item) => decode(item, run, lent));
    return value.lazy ? items.values() : items;
  }
  if ('stream' in value) return run.stream;
  if ('minusZero' in value) return -0;
  return 'undefined' in value ? undefined : {};
}

function spell(pattern: string, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(pattern.repeat(Math.ceil(length / (pattern.length || 1))), 'latin1')).slice(
    0,
    length,
  );
}

const VIEWS: Record<string, new (buffer: ArrayBuffer) => ArrayBufferView> = {
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int32Array,
  Float64Array,
  BigInt64Array,
  DataView,
};

/** `bytes` in another kind of memory; as they are when they do not fill whole elements. */
function carry(bytes: Uint8Array<ArrayBuffer>, kind: Kind): unknown {
  const { buffer, length } = bytes;
  switch (kind) {
    case 'Uint8Array':
      return bytes;
    case 'Buffer':
      return Buffer.from(bytes);
    case 'slice': {
      const roomy = new Uint8Array(length + 7).fill(0xee);
      roomy.set(bytes, 3);
      return roomy.subarray(3, 3 + length);
    }
    case 'ArrayBuffer':
      return buffer;
    case 'resizable ArrayBuffer':
    case 'SharedArrayBuffer': {
      const Memory = kind === 'SharedArrayBuffer' ? SharedArrayBuffer : ResizableArrayBuffer;
      const memory = new Memory(length);
      new Uint8Array(memory).set(bytes);
      return memory;
    }
    default: {
      const View = VIEWS[kind]!;
      return 'BYTES_PER_ELEMENT' in View && length % Number(View.BYTES_PER_ELEMENT) !== 0 ? bytes : new View(buffer);
    }
  }
}

class ResizableArrayBuffer extends ArrayBuffer {
  constructor(length: number) {
    super(length, { maxByteLength: length + 64 });
  }
}

function bytesAt(carrier: unknown): Uint8Array {
  if (carrier instanceof Uint8Array) return carrier;
  if (ArrayBuffer.isView(carrier)) return new Uint8Array(carrier.buffer, carrier.byteOffset, carrier.byteLength);
  return new Uint8Array(carrier as ArrayBuffer);
}

function encodeResult(result: unknown): Outcome {
  if (result === undefined) return null;
  if (typeof result === 'number' && (!Number.isSafeInteger(result) || Object.is(result, -0)))
    return `the number ${Object.is(result, -0) ? '-0' : result}`;
  if (Array.isArray(result)) return result.map(encodeResult);
  if (!(result instanceof Uint8Array)) return result;
  const { buffer, length } = result;
  if (
    result.constructor !== Uint8Array ||
    !(buffer instanceof ArrayBuffer) ||
    buffer.resizable ||
    buffer.byteLength !== length
  )
    return `a ${result.constructor.name} on ${buffer.byteLength} bytes: expected a Uint8Array of its own`;
  const encoded = encodeBytes(result);
  // A result is the caller's alone: a stream that still used its memory would now change.
  result.fill(0xaa);
  return encoded;
}

function errorKind(error: unknown): string {
  if (isMemioError(error)) {
    const [kind, name] = KINDS[error.code] ?? [];
    if (kind && error.name === name) return kind;
  }
  return String(error);
}
