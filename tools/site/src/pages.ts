import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '@memio/workspace';
import {
  Application,
  type CommentDisplayPart,
  Converter,
  normalizePath,
  type ProjectReflection,
  type ReflectionGroup,
} from 'typedoc';
import { entries } from './entries.ts';
import { COMMON, Complaint } from './reference.ts';

/** Those that come first, in this order. */
const GUIDES = [
  'moving-from-python',
  'which-method',
  'memory',
  'hostile-input',
  'pictures-in-pdfs',
  'writing-an-adapter',
];

/** The documents of a folder below `docs`. */
function documents(folder: string, first: readonly string[] = []): string[] {
  const rank = (name: string) => {
    const at = first.indexOf(name.replace(/\.md$/, ''));
    return at < 0 ? first.length : at;
  };
  return readdirSync(join(ROOT, 'docs', folder))
    .filter((name) => name.endsWith('.md'))
    .toSorted((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1))
    .map((name) => join(ROOT, 'docs', folder, name));
}

/**
 * Writes the site to `out`.
 *
 * @param modules the reference, as typedoc's JSON
 * @param recipes pages, and the sources that they show
 */
export async function writePages(
  modules: readonly string[],
  recipes: ReadonlyMap<string, string>,
  out: string,
): Promise<void> {
  const app = await Application.bootstrap({
    ...COMMON,
    name: 'memio',
    entryPointStrategy: 'merge',
    entryPoints: [...modules],
    tsconfig: join(ROOT, 'tools/site/tsconfig.json'),
    readme: join(ROOT, 'README.md'),
    projectDocuments: [
      ...documents('guides', GUIDES),
      ...documents('.'),
      ...documents('decisions', ['README']),
      join(ROOT, 'apps/examples/README.md'),
      join(ROOT, 'apps/examples/data/README.md'),
      join(ROOT, 'CONTRIBUTING.md'),
      join(ROOT, 'SECURITY.md'),
      join(ROOT, 'CODE_OF_CONDUCT.md'),
      ...recipes.keys(),
    ],
    customCss: join(ROOT, 'tools/site/style.css'),
    highlightLanguages: ['typescript', 'javascript', 'python', 'shellscript', 'json', 'html'],
    validation: { invalidLink: true, invalidPath: true, rewrittenLink: true },
    groupOrder: ['Guides', 'Modules', 'Recipes', 'More', '*'],
    hideGenerator: true,
    githubPages: false,
    includeHierarchySummary: false,
    navigation: { includeGroups: true },
    searchInDocuments: true,
    sort: ['source-order'],
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const path = document.project.files.getReflectionPath(document)!;
    const recipe = recipes.has(path) || path.endsWith('/examples/README.md');
    document.frontmatter['group'] = recipe ? 'Recipes' : path.includes('/guides/') ? 'Guides' : 'More';
    document.name = titleOf(document.content, path).title;
  });
  const project = await app.convert();
  if (!project) throw new Complaint('Cannot read the documents');
  for (const titled of [project, ...(project.children ?? [])])
    if (titled.readme) takeTitle(titled.readme, `the README of ${titled.name}`);
  for (const group of project.groups ?? []) if (group.title === 'Modules') nameReference(group);
  resolveLinks(project, recipes);
  app.validate(project);
  await app.generateDocs(project, out);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Complaint('Cannot write the pages: see above');
}

/** What a text begins with. */
function titleOf([first]: CommentDisplayPart[], of: string): { title: string; heading: string } {
  const [heading, title] = /^\s*# (.+)\n+/.exec(first?.text ?? '') ?? [];
  if (!heading || !title) throw new Error(`Cannot make a page of ${of}: it does not begin with a title`);
  return { title, heading };
}

/** Takes the title off a README: typedoc writes the name of the module above it. */
function takeTitle(text: CommentDisplayPart[], of: string): void {
  text[0]!.text = text[0]!.text.slice(titleOf(text, of).heading.length);
}

/** In the order of the entries, where typedoc has that of the alphabet. */
function nameReference(group: ReflectionGroup): void {
  group.title = 'API reference';
  const names = entries().map(({ name }) => name);
  const place = ({ name }: { name: string }) => names.indexOf(name);
  group.children.sort((one, other) => place(one) - place(other));
}

/** Links to a folder lead to the page of its README, those to a source to the page that shows it. */
function resolveLinks({ documents = [], files }: ProjectReflection, recipes: ReadonlyMap<string, string>): void {
  for (const document of documents) {
    const path = files.getReflectionPath(document)!;
    const also = recipes.get(path) ?? (path.endsWith('/README.md') ? dirname(path) : undefined);
    if (also) files.registerReflectionPath(normalizePath(also), document);
  }
}
