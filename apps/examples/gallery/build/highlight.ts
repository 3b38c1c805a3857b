import hljs from 'highlight.js/lib/core';
import typescript from 'highlight.js/lib/languages/typescript';
import { Html } from './html.ts';

hljs.registerLanguage('typescript', typescript);

/** TypeScript as HTML, with highlight.js's classes; its text is the source as it is. */
export const highlight = (source: string): Html => new Html(hljs.highlight(source, { language: 'typescript' }).value);
