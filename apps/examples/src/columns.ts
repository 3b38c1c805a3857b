/** How much is between two columns. */
const GAP = '  ';

/**
 * Lines of text, one column under the other. With a `width`, the column `wrapped` is broken between words so that lines
 * are not longer, if that leaves it 24 characters.
 */
export function columns(rows: readonly (readonly string[])[], wrapped: number, width: number = Infinity): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const others = widths.reduce((sum, size, column) => (column === wrapped ? sum : sum + size + GAP.length), 0);
  widths[wrapped] = Math.min(widths[wrapped] ?? 0, Math.max(width - others, 24));
  const lines = rows.flatMap((row) =>
    wrap(row[wrapped]!, widths[wrapped]!).map((part, line) =>
      row.map((cell, column) => (column === wrapped ? part : line === 0 ? cell : '').padEnd(widths[column]!)),
    ),
  );
  return lines.map((cells) => cells.join(GAP).trimEnd()).join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
