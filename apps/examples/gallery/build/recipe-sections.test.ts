import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/catalogue.ts';
import { html } from './html.ts';
import { navigation, recipeSections } from './recipe-sections.ts';

const SOURCE = `// A <b>: does "this" & that.
// npm install @memio/core
// Runs in Node.js.

export default (a: number): string => (a < 1 && a > 0 ? '</code>' : \`\${a}\`);
`;

describe('recipeSections()', () => {
  const { text } = recipeSections([parseRecipe('a-b', SOURCE)]);

  it('shows the source as it is', () => {
    const [, code] = /<pre [^>]*><code>(.*?)<\/code><\/pre>/s.exec(text)!;
    const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#x27': "'", '#39': "'" };
    const shown = code!.replace(/<\/?span[^>]*>/g, '').replace(/&([^;]+);/g, (_whole, name: string) => entities[name]!);
    expect(shown).toBe(SOURCE);
  });

  it('escapes what a recipe says of itself', () => {
    expect(text).toContain('<h3 id="a-b-title">A &lt;b&gt;</h3>');
    expect(text).toContain('Does &quot;this&quot; &amp; that.');
  });

  it('has neither scripts nor styles within, which the policy of the page would not allow', () => {
    expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  });

  it('lists a recipe where it runs', () => {
    const list = navigation([parseRecipe('a-b', SOURCE)]).text;
    expect(list.indexOf('Run on the local server')).toBeLessThan(list.indexOf('href="#a-b"'));
  });
});

describe('html``', () => {
  it('escapes values, and leaves HTML as it is', () => {
    const [evil, bold] = ['<&"\'>', html`<b>${1}</b>`];
    expect(html`<i title="${evil}">${evil}</i>${[bold, bold]}`.text).toBe(
      '<i title="&lt;&amp;&quot;&#39;&gt;">&lt;&amp;&quot;&#39;&gt;</i><b>1</b>\n<b>1</b>',
    );
  });
});
