import { type ChildProcess, fork } from 'node:child_process';
import type { Order, Report } from './protocol.ts';

/** Runs each order in its turn, in one process, or in the next one after a module that ended it. */
export async function run(program: string, orders: Order[], deadline = 10_000): Promise<Report[]> {
  const reports: Report[] = [];
  let child: ChildProcess | undefined;
  try {
    for (const order of orders) {
      if (!child?.connected)
        child = fork(program, { execArgv: ['--enable-source-maps'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      reports.push(await ask(child, order, deadline));
    }
  } finally {
    child?.kill('SIGKILL');
  }
  return reports;
}

function ask(child: ChildProcess, order: Order, deadline: number): Promise<Report> {
  return new Promise((resolve) => {
    const finish = (report: Report) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(report);
    };
    const fail = (problem: string) => {
      child.kill('SIGKILL');
      if (child.connected) child.disconnect();
      finish({ failures: [{ problem }], reached: [] });
    };
    const timer = setTimeout(() => fail(`takes more than ${deadline / 1000} seconds`), deadline);
    let said = '';
    child.stderr?.removeAllListeners('data').on('data', (chunk) => {
      said = (said + chunk).slice(-2000);
    });
    child.on('message', (report) => finish(report as Report));
    child.on('exit', (code, signal) => fail(`ends the process (${signal ?? code}) ${said}`.trim()));
    child.on('error', (error) => fail(`cannot be run: ${error.message}`));
    child.send(order);
  });
}
