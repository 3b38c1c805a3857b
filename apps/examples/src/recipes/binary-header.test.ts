import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BytesIO } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { describe, expect, it } from 'vitest';
import { runMain, temporaryFolder } from '../../test/run.ts';
import main, { readWavHeader, writeTone } from './binary-header.ts';

const folder = temporaryFolder();

/** A WAV of 4 samples, made with nothing of ours. */
function wav({ channels = 2, bits = 8, before = Buffer.alloc(0), data = 8 } = {}): Buffer {
  const format = Buffer.alloc(24);
  format.write('fmt ');
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(1, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(44_100, 12);
  format.writeUInt32LE((44_100 * channels * bits) / 8, 16);
  format.writeUInt16LE((channels * bits) / 8, 20);
  format.writeUInt16LE(bits, 22);
  const samples = Buffer.alloc(16, 7);
  samples.write('data');
  samples.writeUInt32LE(data, 4);
  const riff = Buffer.from('RIFF....WAVE');
  riff.writeUInt32LE(4 + before.length + format.length + samples.length, 4);
  return Buffer.concat([riff, before, format, samples]);
}

describe('binary-header', () => {
  it('reads the fields and leaves the cursor at the first sample', () => {
    const stream = new BytesIO(wav());
    expect(readWavHeader(stream)).toEqual({ channels: 2, sampleRate: 44_100, bitsPerSample: 8, seconds: 4 / 44_100 });
    expect(stream.tell()).toBe(44);
    expect(stream.read()).toEqual(new Uint8Array(8).fill(7));
  });

  it.each([4, 5])('passes over an unknown chunk of %d bytes, padded to an even position', (size) => {
    const before = Buffer.alloc(8 + size + (size % 2), 0xff);
    before.write('junk');
    before.writeUInt32LE(size, 4);
    expect(readWavHeader(new BytesIO(wav({ before })))).toMatchObject({ channels: 2, bitsPerSample: 8 });
  });

  it('reads a WAV that lies behind other bytes, from the cursor on', () => {
    const stream = new BytesIO(Buffer.concat([Buffer.from('before'), wav({ channels: 1 })]));
    stream.seek(6);
    expect(readWavHeader(stream)).toMatchObject({ channels: 1 });
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'Cannot read a WAV: the file is of another kind'],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1'), 'Cannot read a WAV: the file is of another kind'],
    ['another RIFF', Buffer.from('RIFF\x04\0\0\0AVI '), 'Cannot read a WAV: the file is of another kind'],
    ['a cut before the chunks', wav().subarray(0, 12), 'Cannot read a WAV: the file ends before its samples'],
    [
      'a cut in a size',
      wav().subarray(0, 18),
      'Cannot read the size of the chunk "fmt " at 16: the file has 2 of 4 bytes',
    ],
    ['a cut in the format', wav().subarray(0, 30), 'Cannot read the format at 20: the file has 10 of 16 bytes'],
    ['a cut before the samples', wav().subarray(0, 36), 'Cannot read a WAV: the file ends before its samples'],
    ['a cut in the samples', wav().subarray(0, -3), 'Cannot read the samples at 44: the file has 5 of 8 bytes'],
    ['a size of 4 GB', wav({ data: 2 ** 32 - 1 }), 'Cannot read the samples at 44: the file has 8 of 4294967295 bytes'],
  ])('says what is wrong with %s', (_what, bytes, message) => {
    expect(() => readWavHeader(new BytesIO(bytes))).toThrow(new Error(message));
  });
});

describe('the example of binary-header', () => {
  it('reads the header of the tone that it made', async () => {
    const { made, log } = await runMain(main);
    expect(log).toEqual([
      'A WAV of 24070 bytes: {"channels":1,"sampleRate":8000,"bitsPerSample":16,"seconds":1.5}, its samples begin at 70',
    ]);
    expect(made['tone.wav']!.size).toBe(24_070);
  });
});

describeWith('python3', 'the tone is not read by its wave module')('what Python says', () => {
  it('reads a tone of 440 Hz', () => {
    const path = join(folder, 'tone.wav');
    writeFileSync(path, writeTone(440, 2).getvalue());
    const program = `
import sys, wave, array
w = wave.open(sys.argv[1])
s = array.array('h', w.readframes(w.getnframes()))
rising = sum(1 for a, c in zip(s, s[1:]) if a < 0 <= c)
print(w.getnchannels(), w.getsampwidth(), w.getframerate(), w.getnframes(), round(rising / 2 / 10) * 10, max(s) > 11900)`;
    const said = execFileSync('python3', ['-c', program, path], { encoding: 'utf8' });
    expect(said.trim()).toBe('1 2 8000 16000 440 True');
  });
});
