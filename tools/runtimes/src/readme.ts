const BEGIN = '<!-- runtimes: written by `pnpm runtimes` -->';
const END = '<!-- /runtimes -->';

/** `readme` with `content` between the two markers. */
export function withTable(readme: string, content: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`Cannot write the table: "${BEGIN}" and "${END}" are not in the README`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${content}\n\n${readme.slice(end)}`;
}
