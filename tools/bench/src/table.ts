const UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const;

export function duration(nanoseconds: number): string {
  const [unit, name] = UNITS.find(([unit]) => nanoseconds >= unit) ?? [1, 'ns'];
  return `${threeDigits(nanoseconds / unit)} ${name}`;
}

const threeDigits = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(value < 1 ? 2 : 3));

export const times = (value: number): string => `${value < 100 ? value.toFixed(2) : value.toFixed(0)} ×`;

/** Lines of cells, the first the head. The first `left` columns are text, the others figures. */
export interface Table {
  left: number;
  lines: readonly (readonly string[])[];
}

export function toText({ left, lines }: Table): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const pad = (cell: string, column: number) =>
    column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

export function toMarkdown({ left, lines }: Table): string {
  const [head, ...body] = lines as [readonly string[], ...(readonly string[])[]];
  const rule = head.map((_, column) => (column < left ? '---' : '--:'));
  return [head, rule, ...body].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
