import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MB = 1_000_000;
const onLinux = process.platform === 'linux';

/** Runs `script`, which prints JSON, in a process of its own that may be limited by `ulimit`. */
function run(
  script: string,
  { flags = [], ulimit }: { flags?: string[]; ulimit?: string } = {},
): Record<string, unknown> {
  const program = `
    import { Readable } from 'node:stream';
    import { BytesIO, b } from '@memio/core';
    const rss = () => process.memoryUsage.rss();
    let base = rss(), peak = base;
    setInterval(() => { peak = Math.max(peak, rss()); }, 20).unref();
    // What the kernel has counted sees what no timer sees.
    const grown = () => Math.max(peak, process.resourceUsage().maxRSS * 1024) - base;
    ${script}`;
  const node = [process.execPath, ...flags, '--input-type=module', '-e', program];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const [command, ...args] = ulimit ? ['bash', '-c', `ulimit ${ulimit}; exec "$@"`, 'bash', ...node] : node;
  const { status, stdout, stderr } = spawnSync(command!, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('memory in a process of its own', () => {
  const kinds = {
    'a generator': 'function* () { for (let n = 0; n < N; n++) yield Uint8Array.of(n); }',
    'an async generator': 'async function* () { for (let n = 0; n < N; n++) yield Uint8Array.of(n); }',
    'a ReadableStream':
      '() => { let n = 0; return new ReadableStream({ pull(c) { if (n < N) c.enqueue(Uint8Array.of(n++)); else c.close(); } }); }',
    'a byte stream':
      "() => { let n = 0; return new ReadableStream({ type: 'bytes', pull(c) { if (n < N) c.enqueue(Uint8Array.of(n++)); else c.close(); } }); }",
    'a Node stream':
      '() => { let n = 0; return new Readable({ read() { this.push(n < N ? Buffer.from([n++]) : null); } }); }',
  };

  it.each(Object.entries(kinds).map(([kind, make], index) => ({ kind, make, take: index % 2 ? 'writeFrom' : 'from' })))(
    'stays small while $take() reads 300 kB in chunks of one byte from $kind',
    ({ make, take }) => {
      const result = run(`
        const N = 300_000;
        const source = (${make})();
        const io = ${take === 'from' ? 'await BytesIO.from(source, { maxBytes: N })' : 'await (async (io) => { await io.writeFrom(source, { maxBytes: N }); return io; })(new BytesIO())'};
        let wrong = 0;
        io.getvalue().forEach((byte, n) => { if (byte !== (n & 255)) wrong += 1; });
        console.log(JSON.stringify({ size: io.size, wrong, grown: grown() }));
      `);
      expect(result).toMatchObject({ size: 300_000, wrong: 0 });
      // What becomes garbage on the way; it is 120 MB where every chunk is kept.
      expect(result['grown']).toBeLessThan(80 * MB);
    },
    60_000,
  );

  it('of a bytes literal with 120 MB in it is that of its result, and no more', () => {
    const result = run(`
      const bytes = new Uint8Array(120_000_000).fill(7);
      base = rss();
      const made = b\`<\${bytes}>\`;
      console.log(JSON.stringify({ length: made.length, ends: [made[0], made[1], made.at(-2), made.at(-1)], grown: grown() }));
    `);
    expect(result).toMatchObject({ length: 120 * MB + 2, ends: [0x3c, 7, 7, 0x3e] });
    expect(result['grown']).toBeLessThan(200 * MB);
  }, 60_000);

  it.runIf(onLinux)(
    'that the engine cannot allocate is a RangeError, and the cursor has not moved',
    () => {
      const result = run(
        `
        const io = new BytesIO();
        const piece = new Uint8Array(64 << 20);
        for (let n = 0; n < 8; n++) io.write(piece);
        io.seek(5);
        const hog = [];
        try { for (;;) hog.push(new ArrayBuffer(256 << 20)); } catch {}
        const attempt = (use) => {
          try { use(); return 'no error'; } catch ({ name, code }) { return name + ' ' + code + ' at ' + io.tell(); }
        };
        console.log(JSON.stringify({
          read: attempt(() => io.read()),
          read1: attempt(() => io.read1()),
          peek: attempt(() => io.peek()),
          readline: attempt(() => io.readline()),
          readlines: attempt(() => io.readlines()),
          chunks: attempt(() => io.chunks(2 ** 31).next()),
          lines: attempt(() => io.lines().next()),
          getvalue: attempt(() => io.getvalue()),
          write: attempt(() => { io.seek(0, 2); const at = io.tell(); try { io.write(piece); } finally { if (io.tell() === at) io.seek(5); } }),
          size: io.size,
        }));
      `,
        { ulimit: '-v 5000000' },
      );
      const refused = 'RangeError ERR_MEMIO_RANGE at 5';
      expect(result).toMatchObject({
        read: refused,
        read1: refused,
        peek: refused,
        readline: refused,
        getvalue: refused,
      });
      expect(result).toMatchObject({ readlines: refused, chunks: refused });
      expect(result['lines']).toMatch(/^RangeError ERR_MEMIO_RANGE at 5$/);
    },
    60_000,
  );
});
