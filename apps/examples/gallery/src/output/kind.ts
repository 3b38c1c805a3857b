import { b } from '@memio/core';

export type Kind = 'pdf' | 'zip' | 'image' | 'text' | 'bytes';

const MAGIC: [Kind, Uint8Array][] = [
  ['pdf', b`%PDF-`],
  ['zip', b`PK\x03\x04`],
  ['zip', b`PK\x05\x06`], // an empty one
  ['image', b`\x89PNG\r\n\x1a\n`],
  ['image', b`\xff\xd8\xff`],
  ['image', b`GIF8`],
];

/** How to show a file, by its first bytes; what reads as UTF-8 without control characters is text. */
export function kindOf(bytes: Uint8Array<ArrayBuffer>): Kind {
  const known = MAGIC.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte));
  if (known) return known[0];
  try {
    // `stream`: a character that the cut divides is not a wrong one.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, 4096), { stream: true });
    return text === '' || /[^\P{Cc}\t\n\r]/u.test(text) ? 'bytes' : 'text';
  } catch {
    return 'bytes';
  }
}
