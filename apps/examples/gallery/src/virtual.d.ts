declare module 'virtual:browser-recipes' {
  import type { BytesIO } from '@memio/core';

  /** The recipes that run in browsers, by name. */
  export const recipes: Record<string, () => Promise<{ default(): Promise<Record<string, BytesIO>> }>>;
}
