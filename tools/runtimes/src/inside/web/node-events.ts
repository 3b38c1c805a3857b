export { default, EventEmitter, once } from 'events';

const kept = new WeakMap<EventTarget, Map<string, Set<unknown>>>();

function listenersOf(target: EventTarget, type: string): Set<unknown> {
  const types = kept.get(target) ?? new Map<string, Set<unknown>>();
  kept.set(target, types);
  const listeners = types.get(type) ?? new Set();
  types.set(type, listeners);
  return listeners;
}

// A platform does not tell its listeners, so those on signals are counted as they come and go.
const { addEventListener, removeEventListener } = EventTarget.prototype;
Object.assign(AbortSignal.prototype, {
  addEventListener(this: EventTarget, type: string, listener: unknown, options: { once?: boolean } & object) {
    listenersOf(this, type).add(listener);
    if (options?.once)
      addEventListener.call(this, type, () => listenersOf(this, type).delete(listener), { once: true });
    addEventListener.call(this, type, listener as () => void, options);
  },
  removeEventListener(this: EventTarget, type: string, listener: unknown, options: object) {
    listenersOf(this, type).delete(listener);
    removeEventListener.call(this, type, listener as () => void, options);
  },
});

export const getEventListeners = (target: EventTarget, type: string): unknown[] => [...listenersOf(target, type)];
