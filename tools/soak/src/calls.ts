import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BytesIO, b } from '@memio/core';
import { readZip, streamZip, writeZip } from '@memio/jszip';
import { createReadStream, createWriteStream, load, SpooledBytesIO, saveTo, toBuffer } from '@memio/node';
import { placeImage, writePdf } from '@memio/pdfkit';
import { readPng, writePng } from '@memio/pngjs';
import { readImage, writeImage } from '@memio/sharp';
import { readTar, streamTar, writeTar } from '@memio/tar-stream';

/** Calls one function once, with what it makes or reads being some 100 kB, and drops the result. */
export type Call = () => Promise<unknown>;

/** Named as the functions are; every function that a package exports has one. Each is made when it is needed. */
export const CALLS: Readonly<Record<string, () => Promise<Call>>> = {
  'core b': async () => async () => b`a${noise()}b`,
  'core BytesIO': async () => async () => {
    const io = new BytesIO(noise());
    io.seek(0, 2);
    io.write(noise());
    io.seek(0);
    io.readline();
    io.getbuffer().release();
    return io.getvalue();
  },
  'core BytesIO.from': async () => async () => {
    const io = await BytesIO.from(new BytesIO(noise()).stream());
    await io.writeFrom([noise()]);
    return io.transfer();
  },
  'node createReadStream': async () => () =>
    pipeline(createReadStream(new BytesIO(noise())), async (all) => {
      for await (const _ of all);
    }),
  'node createWriteStream': async () => () => pipeline([noise()], createWriteStream(new BytesIO())),
  'node load': async () => {
    const path = temporary('load');
    await saveTo(new BytesIO(noise()), path);
    await readFile(path);
    return () => load(path);
  },
  'node saveTo': async () => () => saveTo(new BytesIO(noise()), temporary('save')),
  'node SpooledBytesIO': async () => async () => {
    const io = new SpooledBytesIO(null, { maxSize: 50_000 });
    io.write(noise());
    io.seek(0);
    io.read();
    io.close();
  },
  'node toBuffer': async () => async () => toBuffer(new BytesIO(noise())),
  'jszip writeZip': async () => () => writeZip({ 'a.bin': noise() }),
  'jszip streamZip': async () => async () => {
    const zip = await streamZip({ 'a.bin': noise() });
    return BytesIO.from(zip);
  },
  'jszip readZip': async () => {
    const zip = (await writeZip({ 'a.bin': noise() })).getvalue();
    return () => readZip(zip);
  },
  'tar-stream writeTar': async () => () => writeTar({ 'a.bin': noise() }),
  'tar-stream streamTar': async () => () => BytesIO.from(streamTar({ 'a.bin': noise() })),
  'tar-stream readTar': async () => {
    const tar = (await writeTar({ 'a.bin': noise() })).getvalue();
    return () => readTar(tar);
  },
  'pdfkit writePdf': async () => () => writePdf((doc) => doc.text('Hello')),
  'pdfkit placeImage': async () => {
    const png = (await writePng(picture())).getvalue();
    return () => writePdf((doc) => placeImage(doc, png, 0, 0));
  },
  'pngjs writePng': async () => () => writePng(picture(), { content: 'photo' }),
  'pngjs readPng': async () => {
    const png = (await writePng(picture())).getvalue();
    return () => readPng(png);
  },
  'sharp writeImage': async () => () => writeImage(picture(), { format: 'png', compressionLevel: 1 }),
  'sharp readImage': async () => {
    const png = (await writePng(picture())).getvalue();
    return () => readImage(png);
  },
  'sharp readImage, refused': async () => {
    const png = (await writePng(picture())).getvalue();
    return () => readImage(png.subarray(0, -20)).catch(() => undefined);
  },
  'sharp readImage, aborted': async () => {
    const png = (await writePng(picture())).getvalue();
    return async () => {
      const controller = new AbortController();
      const reading = readImage(png, { signal: controller.signal }).catch(() => undefined);
      await new Promise(setImmediate);
      controller.abort();
      return reading;
    };
  },
};

const SIDE = 160;
const NOISE = Uint8Array.from({ length: SIDE * SIDE * 4 }, (_, at) => (Math.imul(at, 2_654_435_761) >>> 13) & 0xff);
const noise = () => NOISE.slice();
const picture = () => ({ width: SIDE, height: SIDE, data: noise() });

const temporary = (name: string) => join(tmpdir(), `memio-soak-${process.pid}-${name}`);

/** Removes the files that calls have made. */
export async function removeTemporary(): Promise<void> {
  for (const name of ['load', 'save']) await rm(temporary(name), { force: true });
}
