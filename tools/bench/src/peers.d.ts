declare module 'pdfkit/output' {
  export function toBytes(doc: PDFKit.PDFDocument): Promise<Uint8Array>;
}

declare module 'memory-streams' {
  import { Writable } from 'node:stream';
  export class WritableStream extends Writable {
    toBuffer(): Buffer;
  }
}
