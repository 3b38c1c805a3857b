import { rangeError, typeError } from './errors.ts';

/** A decoder that returns the same text on every runtime, or throws. */
export interface Decoder {
  /** The name of the encoding, as `TextDecoder` has it. */
  encoding: string;
  decode(bytes: Uint8Array, options?: TextDecodeOptions): string;
}

const STREAM = { stream: true };

/**
 * Single bytes, each with its character, that Node.js (the ICU library) decodes otherwise than the Encoding Standard and
 * browsers: 20 and 22 those of the encodings of one byte, every version those of the others.
 *
 * @see {@link https://encoding.spec.whatwg.org/#indexes | Encoding Standard, indexes}
 */
const STANDARD: Record<string, string> = {
  ibm866: '\x1a\x1a\x1c\x1c\x7f\x7f',
  'koi8-u': '\xae\u045e\xbe\u040e',
  'windows-874': '\xdb\ufffd\xdc\ufffd\xdd\ufffd\xde\ufffd\xfc\ufffd\xfd\ufffd\xfe\ufffd\xff\ufffd',
  'windows-1253': '\xaa\ufffd',
  'windows-1255': '\xca\u05ba',
  big5: '\x80\ufffd',
  'euc-jp': '\x80\ufffd',
  'euc-kr': '\x80\ufffd',
  'iso-2022-jp': '\x0e\ufffd',
  shift_jis: '\x80\x80',
};

/** Characters of which one is in all text where ICU differs from the standard, and none in text that it decodes right. */
const DOUBTFUL: Record<string, string> = {
  big5: '\x80\u2593\ue000-\uf8ff\ufffd',
  'euc-jp': '\x80-\x9f\xa2\xa3\xac\ufffd',
  'euc-kr': '\x80-\x9f\ue000-\uf8ff\ufffd',
  'iso-2022-jp': '\x0e\x0f\x1b\x80-\x9f\ufffd',
  shift_jis: '\x1a\x1c\x7f\x80\ufffd',
};

/**
 * @param ignoreBOM whether a byte order mark stays in the text
 * @throws {RangeError} when the platform does not know `encoding`
 */
export function decoderOf(label: string | undefined, ignoreBOM = false): Decoder {
  if (label !== undefined && typeof label !== 'string')
    throw typeError(`Cannot decode as ${label}: encoding must be a string`);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { ignoreBOM });
    // The standard decodes both with one decoder, Node.js 20 does not.
    if (decoder.encoding === 'gbk') decoder = new TextDecoder('gb18030', { ignoreBOM });
  } catch (cause) {
    throw rangeError(`Cannot decode as ${JSON.stringify(label)}: this platform has no such encoding`, { cause });
  }
  const { encoding } = decoder;
  const standardize = standardizer(decoder);
  return {
    encoding,
    decode(bytes, options) {
      let text: string;
      try {
        // What is not streamed goes a faster way in Node.js, where windows-1252 is ISO-8859-1 and may lose a first 0xFF.
        text = decoder.decode(bytes, encoding === 'windows-1252' ? STREAM : options);
      } catch (cause) {
        throw rangeError(`Cannot decode ${bytes.length} bytes: the engine has no string of that length`, { cause });
      }
      return standardize ? standardize(text, bytes) : text;
    },
  };
}

/** All of `pieces`, as text without a byte order mark. */
export function textOf(pieces: Iterable<Uint8Array>, encoding: string | undefined): string {
  const decoder = decoderOf(encoding);
  let text = '';
  for (const piece of pieces) text += decoder.decode(piece, STREAM);
  return text + decoder.decode(new Uint8Array(0));
}

/** What makes text of `decoder` that of the standard, or throws; `undefined` where the platform is right. */
function standardizer({ encoding, ignoreBOM }: TextDecoder): ((text: string, bytes: Uint8Array) => string) | undefined {
  const decoder = new TextDecoder(encoding, { ignoreBOM });
  const right = new Map<number, string>();
  let wrong = '';
  for (const [byte, character] of (STANDARD[encoding] ?? '').match(/../gs) ?? []) {
    const decoded = decoder.decode(Uint8Array.of(byte!.charCodeAt(0)));
    if (decoded === character) continue;
    right.set(byte!.charCodeAt(0), character!);
    wrong += decoded;
  }
  if (right.size === 0) return undefined;
  const doubtful = DOUBTFUL[encoding];
  const pattern = new RegExp(`[${doubtful ?? wrong}]`, 'g');
  // One byte is one character: they have the same index.
  if (!doubtful)
    return (text, bytes) => text.replace(pattern, (character, at: number) => right.get(bytes[at]!) ?? character);
  return (text) => {
    if (text.search(pattern) < 0) return text;
    throw rangeError(
      `Cannot decode these bytes as ${encoding}: this platform decodes some of them otherwise than the Encoding Standard; decode getvalue() with a library`,
    );
  };
}
