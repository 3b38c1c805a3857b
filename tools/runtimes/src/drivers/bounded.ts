import { spawn } from 'node:child_process';
import { BEGINS, MARK, type Report } from '../inside/protocol.ts';

/** How long one package may take in one runtime, in milliseconds. */
export const LIMIT = 120_000;

/** Runs a program that prints a report, and ends it, with all that it has started, when it takes too long. */
export function report(command: string, args: readonly string[], cwd: string): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {}
    };
    const said: Buffer[] = [];
    const complained: Buffer[] = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => complained.push(chunk));
    const timer = setTimeout(end, LIMIT);
    process.once('exit', end);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('exit', end);
      end();
      const text = Buffer.concat(said).toString();
      const found = reportIn(text);
      if (found) return resolve(found);
      const last = text.slice(text.lastIndexOf(BEGINS) + BEGINS.length).split('\n')[0];
      const why = signal ? `was ended by ${signal}` : `ended with ${code}`;
      reject(
        new Error(
          `It ${why}, in or after "${last}"\n${Buffer.concat(complained).toString().split('\n').slice(-12).join('\n')}`,
        ),
      );
    });
  });
}

function reportIn(text: string): Report | undefined {
  const at = text.lastIndexOf(MARK);
  return at < 0 ? undefined : (JSON.parse(text.slice(at + MARK.length).split('\n')[0]!) as Report);
}
