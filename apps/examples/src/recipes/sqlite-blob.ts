// SQLite BLOB: files into a database and back, and the database itself as a stream, with SQLite as WebAssembly.
// npm install @memio/core @memio/pngjs pngjs sql.js
// Runs in browsers and Node.js.

import { BytesIO } from '@memio/core';
import { writePng } from '@memio/pngjs';
import type { Database, SqlJsStatic } from 'sql.js';
// @ts-expect-error: its types do not know this build, which has the WebAssembly inside and no file beside it to find.
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js';

/** The database that a stream holds, or an empty one. Close it when you are done: its memory is not JavaScript's. */
export async function openDatabase(file: BytesIO = new BytesIO()): Promise<Database> {
  const { Database }: SqlJsStatic = await initSqlJs();
  using bytes = file.getbuffer(); // SQLite makes the only copy
  return new Database(bytes);
}

/** Puts the whole stream into the table `files`, in place of a file of that name. */
export function saveFile(database: Database, name: string, stream: BytesIO): void {
  database.run('CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, content BLOB NOT NULL)');
  using bytes = stream.getbuffer();
  database.run('INSERT OR REPLACE INTO files VALUES (?, ?)', [name, bytes]);
}

/** What was saved under that name, with the cursor at 0. */
export function loadFile(database: Database, name: string): BytesIO {
  const content = database.exec('SELECT content FROM files WHERE name = ?', [name])[0]?.values[0]?.[0];
  if (!(content instanceof Uint8Array)) throw new Error(`Cannot load ${JSON.stringify(name)}: there is no such file`);
  return BytesIO.adopt(content as Uint8Array<ArrayBuffer>); // it is ours alone: no need to copy it again
}

/** The file of the database, as on disk. */
export const exportDatabase = (database: Database): BytesIO =>
  BytesIO.adopt(database.export() as Uint8Array<ArrayBuffer>);

function drawDisc(size: number): Promise<BytesIO> {
  const data = new Uint8Array(size * size * 4);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const [x, y] = [(pixel % size) - size / 2, Math.floor(pixel / size) - size / 2];
    if (x * x + y * y < (size / 2) ** 2) data.set([220, 38 + Math.round((y / size) * 60), 38, 255], pixel * 4);
  }
  return writePng({ width: size, height: size, data });
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const png = await drawDisc(128);
  const database = await openDatabase();
  saveFile(database, 'disc.png', png);
  const file = exportDatabase(database);
  database.close();
  console.log(
    `A database of ${file.size} bytes, begins with ${JSON.stringify(new TextDecoder().decode(file.peek(16)))}`,
  );

  const copy = await openDatabase(file);
  const [names] = copy.exec('SELECT name, length(content) FROM files');
  const loaded = loadFile(copy, 'disc.png');
  copy.close();
  const same = loaded.getvalue().join() === png.getvalue().join();
  console.log(`Opened again: ${names?.values.join()}; the image is ${same ? 'the same' : 'another'}`);
  return { 'files.sqlite': file, 'disc.png': loaded };
}
