import type { BytesIO } from '@memio/core' with { 'resolution-mode': 'import' };

/** A CommonJS module, which gets the packages with `import()` under every TypeScript and every Node.js. */
export async function use(): Promise<BytesIO> {
  const { BytesIO, b } = await import('@memio/core');
  const { AdapterError } = await import('@memio/core/adapter');
  const { readZip } = await import('@memio/jszip');
  const { load } = await import('@memio/node');
  const { writePdf } = await import('@memio/pdfkit');
  const { readPng } = await import('@memio/pngjs');
  const { readImage } = await import('@memio/sharp');
  await Promise.all([load('file'), writePdf(() => {}), readZip(b`PK`), readPng(b`PNG`), readImage(b`PNG`)]).catch(
    (error) => error instanceof AdapterError,
  );
  return new BytesIO();
}
