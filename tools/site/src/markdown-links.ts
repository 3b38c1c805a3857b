import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT } from '@memio/workspace';

const SKIPPED = new Set(['node_modules', 'dist', 'out', 'coverage']);

/** Every Markdown document below `folder`, as paths from the root of the repository. */
export function findDocuments(folder: string = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name.startsWith('.')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return findDocuments(path);
    return entry.name.endsWith('.md') ? [relative(ROOT, path).split(sep).join('/')] : [];
  });
}

/**
 * What is wrong with the links of a document: each has to lead to a file or folder below the root, with a heading of that
 * name behind `#`, or by `https:` to somewhere else.
 *
 * @param document from the root, with `/`
 */
export function checkDocument(document: string, text: string, root: string = ROOT): string[] {
  const lines = prose(text);
  return lines.flatMap((line, index) =>
    linksIn(line).flatMap((target) => {
      const problem = problemOf(target, join(root, document), text, root);
      return problem ? [`${document}:${index + 1}: ${problem}: ${target}`] : [];
    }),
  );
}

/** The lines, with code blanked out. */
function prose(text: string): string[] {
  let fence: string | undefined;
  return text.split('\n').map((line) => {
    const mark = /^ *(`{3,}|~{3,})/.exec(line)?.[1];
    const inside = fence;
    if (mark && !fence) fence = mark;
    else if (mark && line.trim() === mark && mark.startsWith(fence!)) fence = undefined;
    return inside || mark || /^ {4}/.test(line) ? '' : line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
  });
}

const LINK = /\]\(<?([^)\s>]*)>?[^)]*\)|^\s*\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]*)"|<(\w+:\/\/[^>\s]*)>/g;

const linksIn = (line: string): string[] => [...line.matchAll(LINK)].map((found) => found.slice(1).find(Boolean) ?? '');

function problemOf(target: string, from: string, text: string, root: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) {
    return URL.canParse(target) && new URL(target).protocol === 'https:' ? undefined : 'is no https: address';
  }
  const [path = '', fragment] = target.split('#', 2);
  const file = path ? join(dirname(from), decodeURIComponent(path)) : from;
  if (!path && !fragment) return 'leads nowhere';
  if (path.startsWith('/') || !`${file}${sep}`.startsWith(root + sep)) return 'leads out of the repository';
  if (path && !existsSync(file)) return 'there is no such file';
  if (fragment === undefined) return;
  const headings = file === from ? text : statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
  return anchorsOf(headings).has(decodeURIComponent(fragment)) ? undefined : 'there is no such heading';
}

/** The fragments of the headings: in lower case, hyphens for spaces, without punctuation; `-1` and so on for a second. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const headings = text.replace(/^( *)(`{3,}|~{3,})[\s\S]*?^\1\2/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm);
  for (const [, heading] of headings) {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
