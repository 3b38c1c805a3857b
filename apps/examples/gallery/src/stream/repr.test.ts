import { spawnSync } from 'node:child_process';
import { describeWith, requireProgram } from '@memio/testkit';
import { expect, it } from 'vitest';
import { repr } from './repr.ts';

const SAMPLES = [
  Array.from({ length: 256 }, (_, byte) => byte),
  [],
  [...Buffer.from("it's")],
  [...Buffer.from('"it\'s"')],
  [...Buffer.from('"its"')],
  [...Buffer.from('a\\b')],
];

describeWith('python3', 'bytes are not compared with what Python prints')('repr()', () => {
  it('prints bytes as Python does', () => {
    const script = 'import json, sys; print(json.dumps([repr(bytes(b)) for b in json.load(sys.stdin)]))';
    const input = JSON.stringify(SAMPLES);
    const { stdout } = spawnSync(requireProgram('python3'), ['-c', script], {
      input,
      encoding: 'utf8',
      timeout: 10_000,
    });
    expect(SAMPLES.map((bytes) => repr(Uint8Array.from(bytes)))).toEqual(JSON.parse(stdout));
  });
});
