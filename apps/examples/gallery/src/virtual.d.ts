declare module 'virtual:browser-recipes' {
  /** The recipes that run in browsers, by name. */
  export const recipes: Record<
    string,
    () => Promise<{ default(): Promise<Record<string, import('@memio/core').BytesIO>> }>
  >;
}
