import { BufferError } from './errors.ts';

/** What holds the content of a stream, by name: an error that refuses a change of the size says what to release. */
export class Holders {
  readonly #names: string[] = [];
  readonly #changed: () => void;

  /** Nothing holds the content yet. @param changed called after each change of `any` */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether the content is held. */
  get any(): boolean {
    return this.#names.length > 0;
  }

  /** @returns what releases it; may be called twice */
  add(name: string): () => void {
    this.#names.push(name);
    this.#changed();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#names.splice(this.#names.indexOf(name), 1);
      this.#changed();
    };
  }

  /** Refuses `action` while the content is held. @throws {BufferError} names what holds it */
  requireNone(action: string): void {
    if (!this.any) return;
    const count = (name: string) => this.#names.filter((each) => each === name).length;
    const held = [...new Set(this.#names)].map((name) => (count(name) > 1 ? `${count(name)} x ${name}` : name));
    throw new BufferError(
      `Cannot ${action} while ${held.join(' and ')} ${this.#names.length > 1 ? 'hold' : 'holds'} the content: call release() on a view, and let a stream end or cancel it`,
    );
  }
}
