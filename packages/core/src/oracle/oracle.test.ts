import { describeWith } from '@memio/testkit';
import { expect, it } from 'vitest';
import { BytesIO } from '../bytes-io.ts';
import { fuzzBytesIO } from './fuzz.ts';

const STEPS = 10_000;

describeWith('python3', 'BytesIO is compared with recorded answers only, not with live CPython')(
  'BytesIO and CPython',
  () => {
    it(`do the same in ${STEPS} random steps`, async () => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const { steps, differences } = await fuzzBytesIO({ steps: STEPS, seed });
      expect(differences.join('\n\n')).toBe('');
      expect(steps).toBeGreaterThanOrEqual(STEPS);
    });
  },
);

class ForgetsToMove extends BytesIO {
  override readline(size?: number | null): Uint8Array<ArrayBuffer> {
    const before = this.tell();
    const line = super.readline(size);
    if (line.length === 3) this.seek(before);
    return line;
  }
}

class ReturnsBuffers extends BytesIO {
  override read(size?: number | null): Uint8Array<ArrayBuffer> {
    return Buffer.from(super.read(size));
  }
}

class ClosesQuietly extends BytesIO {
  override close(): void {
    try {
      super.close();
    } catch {}
  }
}

class KeepsTheArray extends BytesIO {
  #kept: { data: Uint8Array; at: number } | undefined;
  override write(data: Uint8Array): number {
    const written = super.write(data);
    this.#kept = data instanceof Uint8Array ? { data, at: this.tell() - written } : undefined;
    return written;
  }
  override getvalue(): Uint8Array<ArrayBuffer> {
    const value = super.getvalue();
    if (this.#kept && this.#kept.at + this.#kept.data.length <= value.length) value.set(this.#kept.data, this.#kept.at);
    return value;
  }
}

class FailsUnlessLookedAt extends BytesIO {
  #unseen = 0;
  override write(data: Uint8Array): number {
    this.#unseen += 1;
    return super.write(data);
  }
  override getvalue(): Uint8Array<ArrayBuffer> {
    const value = super.getvalue();
    if (this.#unseen > 1) value[0] = 0xee;
    this.#unseen = 0;
    return value;
  }
}

describeWith('python3', 'it is not tested that broken classes are found out')('the comparison with CPython', () => {
  const broken: [string, typeof BytesIO, RegExp][] = [
    ['forgets to move the cursor', ForgetsToMove, /^The cursor of step \d+, \["readline"/],
    ['returns a Buffer', ReturnsBuffers, /^The result of step \d+, \["read"/],
    ['does not tell that it could not close', ClosesQuietly, /^The result of step \d+, \["(close|exit)"/],
    ['keeps the array it was given', KeepsTheArray, /^The content of step \d+, \["write"/],
    ['fails only where nobody looks in between', FailsUnlessLookedAt, /^The content of step \d+/],
  ];

  it.each(broken)('finds out a class that %s', async (_fault, Subject, expected) => {
    const { differences } = await fuzzBytesIO({ steps: 50_000, seed: 1, most: 1, Subject });
    expect(differences[0]).toMatch(expected);
  });
});
