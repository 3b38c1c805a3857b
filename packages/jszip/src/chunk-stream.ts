/** JSZip's `StreamHelper`, which its types leave out. */
export interface ChunkStream {
  on(event: 'data', listener: (chunk: unknown, meta: { currentFile?: string | null }) => void): this;
  on(event: 'end', listener: () => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  resume(): this;
  pause(): this;
}
