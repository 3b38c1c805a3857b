import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Verdict {
  readonly pages: number;
  readonly links: number;
  /** `page: what is wrong with which link`. */
  readonly problems: string[];
}

/**
 * Follows every link of a built site: a link into the site has to find its file and its fragment, one that leaves it has
 * to be `https:`. Whatever a page loads has to be in the site, so that it works without a network.
 */
export async function checkSite(folder: string): Promise<Verdict> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
  const pages = new Map<string, Page>();
  for (const name of files) {
    const url = pathToFileURL(join(folder, name)).href;
    pages.set(url, readPage(name.split(sep).join('/'), await readFile(join(folder, name), 'utf8')));
  }
  const root = pathToFileURL(join(folder, '/')).href;
  const problems = [...pages].flatMap(([url, { name, links }]) =>
    links.flatMap((link) => {
      const problem = problemOf(link, url, root, pages);
      return problem ? [`${name}: ${problem}: ${link.target}`] : [];
    }),
  );
  const links = [...pages.values()].reduce((sum, page) => sum + page.links.length, 0);
  return { pages: pages.size, links, problems: [...new Set(problems)].sort() };
}

interface Link {
  readonly target: string;
  /** Fetched with the page, not followed by the reader. */
  readonly loaded: boolean;
}

interface Page {
  readonly name: string;
  readonly links: Link[];
  readonly anchors: ReadonlySet<string>;
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>' };
const decode = (text: string) => text.replace(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity]!);

function readPage(name: string, html: string): Page {
  const links: Link[] = [];
  const anchors = new Set<string>();
  for (const [, tag, attributes] of html.matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)) {
    for (const [, attribute, value] of attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (attribute === 'id' || (attribute === 'name' && tag === 'a')) anchors.add(decode(value!));
      if (attribute === 'href' || attribute === 'src')
        links.push({ target: decode(value!), loaded: attribute === 'src' || tag === 'link' });
    }
  }
  return { name, links, anchors };
}

function problemOf({ target, loaded }: Link, from: string, root: string, pages: Map<string, Page>): string | undefined {
  if (target.startsWith('data:')) return;
  if (!URL.canParse(target, from)) return 'is no URL';
  const url = new URL(target, from);
  if (url.protocol !== 'file:') {
    if (loaded) return 'is loaded from elsewhere';
    return url.protocol === 'https:' ? undefined : 'is no https: address';
  }
  const fragment = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  if (!url.href.startsWith(root)) return 'leads out of the site';
  if (!existsSync(url)) return 'there is no such file';
  if (url.pathname.endsWith('.md')) return 'is a document that is no page of the site';
  const page = pages.get(url.href);
  if (fragment && page && !page.anchors.has(fragment)) return `there is no #${fragment} on ${page.name}`;
  return;
}
