/**
 * What the tests import as `vitest`: its runner, its `expect` and its spies, which run anywhere, and of `vi` what they
 * use. There is no module loader behind it: a test that loads a module afresh is not applicable.
 *
 * @module
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  addCustomEqualityTesters,
  ChaiStyleAssertions,
  chai,
  customMatchers,
  GLOBAL_EXPECT,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import { fn, spyOn } from '@vitest/spy';
import { notApplicable } from './not-applicable.ts';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(ChaiStyleAssertions);
chai.use(JestAsymmetricMatchers);

const matchers = (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT];
export const expect: typeof chai.expect = Object.assign(
  ((value: unknown, message?: string) => chai.expect(value, message)) as typeof chai.expect,
  chai.expect,
  matchers,
  { addEqualityTesters: addCustomEqualityTesters, poll },
);
Object.assign(expect, {
  getState: () => getState(expect as never),
  setState: (state: object) => setState(state, expect as never),
});
Object.assign(globalThis, { [GLOBAL_EXPECT]: expect });
setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null } as never, expect as never);
(chai.expect as unknown as { extend(expect: unknown, matchers: object): void }).extend(expect, customMatchers);

/** Types are checked by the compiler, not here. */
export const expectTypeOf = (): unknown => {
  const anything: unknown = new Proxy(() => anything, { get: () => anything });
  return anything;
};

const RealDate = Date;
const replaced = new Map<string, PropertyDescriptor | undefined>();

function stubGlobal(name: string, value: unknown): void {
  if (!replaced.has(name)) replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

function unstubAllGlobals(): void {
  for (const [name, descriptor] of replaced) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  }
  replaced.clear();
}

async function waitFor<Value>(look: () => Value | Promise<Value>, { timeout = 1000 } = {}): Promise<Value> {
  const until = performance.now() + timeout;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A matcher that is tried until it agrees. */
function poll(look: () => unknown, options?: { timeout?: number }): unknown {
  const trying = (negated: boolean): object =>
    new Proxy(
      {},
      {
        get: (_, name: string) =>
          name === 'not'
            ? trying(true)
            : (...args: unknown[]) =>
                waitFor(async () => {
                  const assertion = expect(await look());
                  const matcher = (negated ? assertion.not : assertion) as unknown as Record<string, () => void>;
                  matcher[name]!(...(args as []));
                }, options),
      },
    );
  return trying(false);
}

/** Only the date stands still, and only where it is asked for. */
function useFakeTimers({ now }: { toFake: ['Date']; now: number }): void {
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, derived) => Reflect.construct(target, args.length > 0 ? args : [now], derived),
    get: (target, name) => (name === 'now' ? () => now : Reflect.get(target, name)),
  });
}

export const vi = {
  fn,
  spyOn,
  stubGlobal,
  unstubAllGlobals,
  waitFor,
  useFakeTimers,
  useRealTimers: (): void => {
    globalThis.Date = RealDate;
  },
  resetModules: (): never => notApplicable('a module that is loaded afresh, as vitest does it'),
};
