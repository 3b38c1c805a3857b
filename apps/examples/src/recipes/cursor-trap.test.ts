import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { ahead, writeRows, writeRowsCarelessly } from './cursor-trap.ts';

const ROWS = [
  ['Mon', 3.25],
  ['Tue', 0],
] as const;
const CSV = 'day,rain\nMon,3.3\nTue,0.0\n';

describe('cursor-trap', () => {
  it('shows that nothing is read where the cursor is behind the last byte', () => {
    const csv = writeRowsCarelessly(ROWS);
    expect(csv.read()).toHaveLength(0);
    expect(csv.text()).toBe(CSV);
  });

  it('gives a stream that can be read at once', () => {
    expect(new TextDecoder().decode(writeRows(ROWS).read())).toBe(CSV);
  });

  it('tells what is ahead and leaves the cursor', () => {
    const csv = writeRows(ROWS);
    csv.seek(9);
    expect(ahead(csv)).toBe('the cursor is at 9 of 25, 16 bytes are ahead');
    expect(csv.tell()).toBe(9);
  });
});

describe('the example of cursor-trap', () => {
  it('says where the cursor is at every step, and returns what can be read at once', async () => {
    const { made, log } = await runMain(main);
    const size = made['rain.zip']!.size;
    expect(log).toEqual([
      'Written: the cursor is at 34 of 34, 0 bytes are ahead; read() gives 0',
      'seek(0): the cursor is at 0 of 34, 34 bytes are ahead; read() gives 34, and then 0',
      'getvalue() gives 34; the cursor is at 34 of 34, 0 bytes are ahead',
      'getbuffer() gives 34; the cursor is at 34 of 34, 0 bytes are ahead',
      `writeZip(): the cursor is at 0 of ${size}, ${size} bytes are ahead`,
      'BytesIO.from(): the cursor is at 0 of 5, 5 bytes are ahead',
      `writeZip() into a stream of yours: the cursor is at ${size} of ${size}, 0 bytes are ahead`,
      'Written at 0, then at the end: Jello, bytes!',
    ]);
    const csv = made['rain.csv']!.read();
    expect(unzipSync(made['rain.zip']!.read())).toEqual({ 'rain.csv': csv });
    expect(new TextDecoder().decode(csv)).toBe('day,rain\nMon,3.2\nTue,0.0\nWed,11.5\n');
  });
});
