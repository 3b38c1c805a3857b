import { getCurrentTest } from '@vitest/runner';

/** Thrown where a test needs what the runtime does not have. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

const reasons = new Map<string, string>();
let lacked: string | undefined;
let collecting = true;

/** From here on tests are run. */
export function collected(): void {
  collecting = false;
}

/** Ends the test that is running: it needs `what`, which is not here. Whatever comes of the test, it counts neither way. */
export function notApplicable(what: string): never {
  const test = getCurrentTest();
  if (test) reasons.set(test.id, what);
  throw new NotApplicable(what);
}

/** What the test with that id needed, and did not have. */
export const neededBy = (id: string): string | undefined => reasons.get(id);

/**
 * `notApplicable` in a test. While tests are collected, something that can be called, constructed and looked into, and
 * that is not applicable as soon as a test does so: a file of tests is more than the one that needs what is not here.
 */
export function absent(what: string): unknown {
  if (!collecting) return notApplicable(what);
  lacked = what;
  const look = () => absent(what);
  // A class, since an arrow function cannot be constructed.
  return new Proxy(class {}, {
    apply: look,
    construct: look as () => object,
    get: (_, name) => {
      if (name === 'then') return undefined;
      return name === Symbol.toPrimitive ? () => (collecting ? 'file:///absent' : notApplicable(what)) : look();
    },
  });
}

/** What `load` could not have while it was loaded. */
export async function lackedBy(load: () => Promise<unknown>): Promise<{ error?: unknown; lacked: string | undefined }> {
  lacked = undefined;
  try {
    await load();
    return { lacked };
  } catch (error) {
    return { error, lacked };
  }
}
