import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { decode } from 'fast-png';
import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { runMain, temporaryFolder } from '../../test/run.ts';
import main, { exportDatabase, loadFile, openDatabase, saveFile } from './sqlite-blob.ts';

const folder = temporaryFolder();
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('sqlite-blob', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['every byte', EVERY_BYTE],
    ['3 MB', new Uint8Array(3_000_000).fill(200)],
  ])('saves %s and loads it, wherever the cursor was', async (_what, bytes) => {
    const database = await openDatabase();
    const stream = new BytesIO(bytes);
    stream.seek(0, 2);
    saveFile(database, 'a', stream);
    const loaded = loadFile(database, 'a');
    database.close();
    expect(loaded.tell()).toBe(0);
    expect(Buffer.compare(loaded.read(), bytes)).toBe(0);
    expect(() => stream.write(b`!`), 'no view is left behind').not.toThrow();
  });

  it('replaces a file of the same name', async () => {
    const database = await openDatabase();
    saveFile(database, "it's", new BytesIO(b`old`));
    saveFile(database, "it's", new BytesIO(b`new`));
    expect(loadFile(database, "it's").text()).toBe('new');
    expect(database.exec('SELECT count(*) FROM files')[0]!.values).toEqual([[1]]);
    expect(() => loadFile(database, 'other')).toThrow('Cannot load "other": there is no such file');
    database.close();
  });

  it('gives what it loads to the caller alone', async () => {
    const database = await openDatabase();
    saveFile(database, 'a', new BytesIO(b`Hello`));
    loadFile(database, 'a').write(b`J`);
    expect(loadFile(database, 'a').text()).toBe('Hello');
    database.close();
  });

  it('exports a database that another build of SQLite opens', async () => {
    const database = await openDatabase();
    saveFile(database, 'bytes', new BytesIO(EVERY_BYTE));
    const file = exportDatabase(database);
    database.close();
    const { Database } = await initSqlJs();
    const other = new Database(file.read());
    expect(other.exec('PRAGMA integrity_check')[0]!.values).toEqual([['ok']]);
    expect(other.exec('SELECT * FROM files')[0]!.values).toEqual([['bytes', EVERY_BYTE]]);
    other.close();
  });

  it('says so when it looks at something that is no database', async () => {
    const database = await openDatabase(new BytesIO(b`This is a text, and not a database.`));
    expect(() => loadFile(database, 'a')).toThrow('file is not a database');
    database.close();
  });
});

describe('the example of sqlite-blob', () => {
  it('makes a database with an image in it', async () => {
    const { made, log } = await runMain(main);
    expect(Object.values(made).map((stream) => stream.tell())).toEqual([0, 0]);
    const image = made['disc.png']!.read();
    const size = made['files.sqlite']!.size;
    expect(log).toEqual([
      `A database of ${size} bytes, begins with "SQLite format 3\\u0000"`,
      `Opened again: disc.png,${image.length}; the image is the same`,
    ]);
    const { width, height, data } = decode(image);
    expect([width, height]).toEqual([128, 128]);
    expect([...data.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    const middle = (64 * 128 + 64) * 4;
    expect([...data.slice(middle, middle + 4)]).toEqual([220, 38, 38, 255]);
  });
});

describeWith('python3', 'the database is not read by its sqlite3 module')('what Python says', () => {
  it('reads the same image from the file', async () => {
    const { made } = await runMain(main);
    const path = join(folder, 'files.sqlite');
    writeFileSync(path, made['files.sqlite']!.read());
    const program = `
import sqlite3, sys
sys.stdout.buffer.write(sqlite3.connect(sys.argv[1]).execute("select content from files where name = 'disc.png'").fetchone()[0])`;
    const image = execFileSync('python3', ['-c', program, path]);
    expect(Buffer.compare(image, made['disc.png']!.read())).toBe(0);
  });
});
