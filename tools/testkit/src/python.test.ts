import { afterEach, expect, it } from 'vitest';
import { describeWith } from './program.ts';
import { Python } from './python.ts';

const script = new URL('echo.py', import.meta.url);

describeWith('python3', 'the client that talks to it is not tested')('Python', () => {
  let python = new Python(script);
  afterEach(() => {
    python.stop();
    python = new Python(script);
  });

  it('answers requests in order', async () => {
    const bodies = Array.from({ length: 100 }, (_, index) => ({ index, text: 'é\n\u2028' }));
    expect(await Promise.all(bodies.map((body) => python.request(body)))).toEqual(bodies);
  });

  it('tells what python3 printed when it dies, and starts anew with the next request', async () => {
    await expect(python.request('die')).rejects.toThrow(
      /python3 ended by itself \(exit code 1\)[\s\S]*I was told to die/,
    );
    expect(await python.request('again')).toBe('again');
  });

  it('gives up on an answer that does not come', async () => {
    python = new Python(script, { timeout: 300 });
    await expect(python.request('sleep')).rejects.toThrow('python3 gave no answer within 0.3 seconds');
  });

  it('rejects what is pending when it is stopped', async () => {
    const pending = python.request('sleep');
    python.stop();
    await expect(pending).rejects.toThrow('python3 was stopped');
  });
});
