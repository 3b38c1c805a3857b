import { BytesIO, isMemioError, type Source } from '@memio/core';
import { DataError, type Operation, type ReadOptions, readBytes, requireOptions } from '@memio/core/adapter';
import { Pacer } from '@memio/formats';
import type { TarFiles } from './tar-files.ts';
import { type NameEncoding, readArchive, requireEncoding, type TarBudgets, TarLimits } from './tar-reader.ts';

/** Options of `readTar`: budgets, and how names are encoded. */
export interface ReadTarOptions extends ReadOptions, TarBudgets {
  /** How names are encoded that no PAX record gives. tar-stream's option. Default: `'utf-8'`. */
  filenameEncoding?: NameEncoding | undefined;
}

const OF: Operation = { adapter: '@memio/tar-stream', operation: 'readTar' };
const OPTIONS = ['signal', 'maxInputBytes', 'maxEntries', 'maxBytes', 'filenameEncoding'];

/**
 * Reads an archive, `.tar` or `.tar.gz`: its files by name, in its order, each a stream with its cursor at 0, and what it
 * says of every entry in `info`. Names are made relative and safe by the rules of `readZip`. A hard link is a file with the
 * content of the one that it leads to. Symbolic links, folders and devices are in `info` alone. Of entries with one name
 * the last one counts, as for every program that unpacks.
 *
 * Of a `BytesIO` it reads from the cursor and leaves the cursor behind the archive, where another may follow; of a
 * `.tar.gz`, at the end. On failure the cursor is where it was. The files are copies, and yours.
 *
 * @throws {LimitError} when the archive exceeds `maxInputBytes`, `maxEntries` or `maxBytes`
 * @throws {DataError} when the bytes are no archive, are damaged or cut off (also between two entries), or have a sparse file
 * @throws {SourceError} when the source fails before that
 * @throws {TypeError} for an unknown option, or one of the wrong type
 * @throws {RangeError} when a budget is negative or `NaN`
 *
 * @example
 * ```ts
 * const tar = await writeTar({ 'hello.txt': 'Hello' }, { gzip: true });
 * const files = await readTar(tar);
 * files.get('hello.txt')?.read(); //=> new TextEncoder().encode('Hello')
 * files.info.get('hello.txt')?.mode; //=> 0o644
 * ```
 */
export async function readTar(source: Source, options: ReadTarOptions = {}): Promise<TarFiles> {
  requireOptions(options, 'read a TAR', OPTIONS);
  const { signal, maxInputBytes, filenameEncoding = 'utf-8', ...budgets } = options;
  requireEncoding(filenameEncoding);
  const limits = new TarLimits(budgets);
  return readBytes(OF, source, { signal, maxInputBytes }, async (bytes, consumed) => {
    if (bytes.length === 0)
      throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
    const reading = { limits, encoding: filenameEncoding, pacer: new Pacer(signal) };
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return readArchive(bytes, reading, consumed);
    return readArchive(await unpacked(bytes, limits, signal), reading, () => {});
  });
}

/** The TAR in a gzip file, by the platform. */
async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  limits: TarLimits,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  let at = 0;
  // In pieces: some platforms inflate all that they are given before they look whether anybody still wants it.
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + 16_384));
        at += 16_384;
      },
    },
    { highWaterMark: 0 },
  );
  try {
    const { maxBytes } = limits;
    const stream = await BytesIO.from(pieces.pipeThrough(new DecompressionStream('gzip')), { signal, maxBytes });
    return stream.transfer();
  } catch (error) {
    signal?.throwIfAborted();
    if (isMemioError(error, 'ERR_MEMIO_LIMIT')) limits.requireBytes(limits.maxBytes + 1);
    throw new DataError('the gzip file is damaged or cut off', { cause: error });
  }
}
