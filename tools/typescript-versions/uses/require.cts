import adapter = require('@memio/core/adapter');
import core = require('@memio/core');
import jszip = require('@memio/jszip');
import node = require('@memio/node');
import pdfkit = require('@memio/pdfkit');
import pngjs = require('@memio/pngjs');
import sharp = require('@memio/sharp');

/** A CommonJS module that requires the packages, which are ESM: TypeScript 5.8 and Node.js 20.19 are the first to. */
export async function use(): Promise<void> {
  const io: core.BytesIO = await jszip.writeZip({ 'a.txt': core.b`Hello` });
  await node.saveTo(io, 'a.zip');
  await pdfkit.writePdf(() => {}).catch((error) => error instanceof adapter.AdapterError);
  const image: sharp.Image = await sharp.readImage(await pngjs.writePng({ width: 1, height: 1, data: core.b`1234` }));
  image.data.fill(0);
}
