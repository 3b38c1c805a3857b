/**
 * Knows bytes again without keeping them: SHA-256. Where the platform has no `crypto.subtle` (a page that came over plain
 * HTTP), a copy of the bytes.
 */
export async function fingerprint(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  // Of the 256 characters of windows-1252 no two are the same.
  const decoder = new TextDecoder('windows-1252');
  return decoder.decode(subtle ? await subtle.digest('SHA-256', bytes) : bytes);
}
