declare module 'memory-streams' {
  import { Writable } from 'node:stream';
  export class WritableStream extends Writable {
    toBuffer(): Buffer;
  }
}
