import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

/** What a file of frames begins with; a date follows, the frames, each behind its length, and `END`. */
export const MAGIC: Uint8Array = Uint8Array.of(0x46, 0x52, 0x4d, 0x31);
export const END = 0xffff_ffff;

export const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/**
 * A host library as adapters meet them: an emitter of chunks that can be read once, has to be ended, may fail, close or
 * be destroyed, and takes arrays by reference.
 */
export class Frames extends EventEmitter {
  readonly list: Uint8Array[] = [];
  date: Date = new Date();
  ended = false;
  destroyed = false;
  #begun = false;

  add(frame: Uint8Array): this {
    if (this.ended) throw new Error('the frames have ended');
    this.list.push(frame);
    this.emit('more');
    return this;
  }

  /** Lets `end` be emitted once all has been read. */
  end(): this {
    if (this.ended) throw new Error('the frames have ended');
    this.ended = true;
    this.emit('more');
    return this;
  }

  destroy(error?: Error): this {
    this.destroyed = true;
    if (error) this.emit('error', error);
    this.emit('close');
    return this;
  }

  /** Emits the chunks, each in a turn of its own. */
  read(): void {
    if (this.#begun) throw new Error('the frames were read before');
    if (this.destroyed) throw new Error('the frames were destroyed');
    this.#begun = true;
    this.#emitAll();
  }

  async #emitAll(): Promise<void> {
    await this.#emitOne(MAGIC);
    await this.#emitOne(uint32(Math.floor(this.date.getTime() / 1000)));
    for (let index = 0; !(this.ended && index === this.list.length); ) {
      if (this.destroyed) return;
      const frame = this.list[index];
      if (frame) {
        index += 1;
        await this.#emitOne(uint32(frame.length));
        await this.#emitOne(frame);
      } else await new Promise<void>((more) => this.once('more', more));
    }
    await this.#emitOne(uint32(END));
    if (!this.destroyed) this.emit('end');
  }

  async #emitOne(chunk: Uint8Array): Promise<void> {
    await turn();
    if (!this.destroyed) this.emit('data', chunk);
  }
}
