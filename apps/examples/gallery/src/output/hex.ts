/** A hex dump: offset, bytes, and the characters that are printable ASCII; the first `most` bytes. */
export function hexDump(bytes: Uint8Array, columns = 16, most = 256): string {
  const rows: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += columns) {
    const row = [...bytes.subarray(at, Math.min(at + columns, most))];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(columns < 16 ? 4 : 8, '0')}  ${hex.padEnd(columns * 3 - 1)}  |${text}|`);
  }
  if (bytes.length > most) rows.push(`… and ${(bytes.length - most).toLocaleString('en')} bytes more`);
  return rows.join('\n');
}
