import { EventEmitter } from 'events';
import { notApplicable } from '../not-applicable.ts';

/** Of Node's `process` what the tests use: the errors that nobody caught, and an environment. */
class Process extends EventEmitter {
  readonly env: Record<string, string | undefined> = {};
  readonly platform = 'web';
  readonly stderr: { write(text: string): void } = { write() {} };
  readonly stdout: { write(text: string): void } = { write() {} };
  memoryUsage(): never {
    return notApplicable('`process.memoryUsage()`');
  }
  resourceUsage(): never {
    return notApplicable('`process.resourceUsage()`');
  }
  cpuUsage(): never {
    return notApplicable('`process.cpuUsage()`');
  }
  nextTick(run: (...args: unknown[]) => void, ...args: unknown[]): void {
    queueMicrotask(() => run(...args));
  }
}

const process: Process = new Process();

type Uncaught = Event & { error?: unknown; reason?: unknown };
for (const [event, name] of [
  ['error', 'uncaughtException'],
  ['unhandledrejection', 'unhandledRejection'],
]) {
  globalThis.addEventListener?.(event!, (uncaught: Uncaught) => {
    uncaught.preventDefault();
    process.emit(name!, event === 'error' ? uncaught.error : uncaught.reason);
  });
}

export default process;
