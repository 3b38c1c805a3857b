/** A piece of code in a document. */
export interface Fence {
  /** The path of the document, from the root of the repository. */
  document: string;
  /** Where its first line of code is, counted from 1. */
  line: number;
  language: string;
  code: string;
  /** Whether it is an `@example`, which may use what `supplied.ts` has. */
  example: boolean;
  /** Why it is not run: `<!-- not run: … -->` on the line before the fence. */
  notRun?: string;
  /** The name that other fences of the document import it by: `<!-- file: … -->` on the line before the fence. */
  file?: string;
  /** A file of a project that `tools/projects` makes and uses, with the folder: `<!-- project: … -->` on the line before. */
  project?: string;
}

const OPENING = /^(\s*)(`{3,}|~{3,})\s*(\S*)/;
const MARK = /^\s*<!-- (not run|file|project): (.+) -->\s*$/;

/** Every fence of a Markdown document. Throws for one that never ends. */
export function readFences(document: string, text: string): Fence[] {
  const fences: Fence[] = [];
  const lines = text.split('\n');
  let mark: RegExpExecArray | null = null;
  for (let at = 0; at < lines.length; at++) {
    const [opening, indent = '', marker = '', language = ''] = OPENING.exec(lines[at]!) ?? [];
    if (opening === undefined) {
      if (lines[at]!.trim() !== '') mark = MARK.exec(lines[at]!);
      continue;
    }
    const end = lines.findIndex((line, index) => index > at && closes(line, marker));
    if (end < 0) throw new Error(`${document}:${at + 1}: the fence never ends`);
    const code = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    fences.push({
      document,
      line: at + 2,
      language,
      code: code.join('\n'),
      example: false,
      ...(mark?.[1] === 'not run' && { notRun: mark[2]! }),
      ...(mark?.[1] === 'file' && { file: mark[2]! }),
      ...(mark?.[1] === 'project' && { project: mark[2]! }),
    });
    mark = null;
    at = end;
  }
  return fences;
}

/** Every fence in the comments of a TypeScript source. Throws for an `@example` that is not followed by one. */
export function readExamples(document: string, source: string): Fence[] {
  let comment = false;
  const lines = source.split('\n').map((line) => {
    if (line.trim().startsWith('/**')) comment = true;
    const text = comment ? line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, '').replace(/\s*\*\/.*$/, '') : '';
    if (line.includes('*/')) comment = false;
    return text;
  });
  lines.forEach((line, at) => {
    if (line.startsWith('@example') && !OPENING.test(lines[at + 1] ?? ''))
      throw new Error(`${document}:${at + 1}: the @example is not followed by a fence`);
  });
  return readFences(document, lines.join('\n')).map((fence) => ({ ...fence, example: true }));
}

function closes(line: string, marker: string): boolean {
  const text = line.trim();
  return text.startsWith(marker) && text === marker[0]!.repeat(text.length);
}
