const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IEND = 0x49454e44;

/** Refuses what sharp takes without complaint, or in words that do not help: no bytes, and a PNG that lacks its end. */
export function requireWhole(bytes: Uint8Array): void {
  if (bytes.length === 0)
    throw new Error('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
  if (PNG.some((byte, at) => bytes[at] !== byte)) return;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG.length; ; at += 12 + data.getUint32(at)) {
    if (at + 12 > bytes.length) throw new Error(`the PNG is cut off before IEND, at ${bytes.length} bytes`);
    if (data.getUint32(at + 4) === IEND) return;
  }
}
