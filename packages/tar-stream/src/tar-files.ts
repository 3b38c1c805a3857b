import type { BytesIO } from '@memio/core';

/** What an entry is. tar-stream's names. */
export type TarType = 'file' | 'link' | 'symlink' | 'directory' | 'character-device' | 'block-device' | 'fifo';

/** What an archive says of an entry, by the names of tar-stream. `writeTar` takes it back. */
export interface TarInfo {
  type: TarType;
  /** The permissions, such as `0o644`. */
  mode: number;
  /** The date of the last change, to a second; the fraction that some archives have is dropped. */
  mtime: Date;
  uid: number;
  gid: number;
  uname: string;
  gname: string;
  /**
   * Where a link leads; `''` for other types. Of a `'link'` it is the safe name of another entry. Of a `'symlink'` it is
   * what the archive says, which may lead anywhere: check it before you make the link.
   */
  linkname: string;
  /** Of a device. */
  devmajor: number;
  devminor: number;
}

/**
 * The files of an archive by name, each a stream with its cursor at 0. Folders, symbolic links and devices are in `info`
 * alone.
 */
export class TarFiles extends Map<string, BytesIO> {
  /** What the archive says of every entry, by name. */
  readonly info: Map<string, TarInfo> = new Map();
}
