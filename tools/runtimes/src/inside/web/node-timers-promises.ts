const after = <Value>(ms = 0, value?: Value): Promise<Value | undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(value), ms));

export { after as setTimeout };

export const setImmediate = (): Promise<unknown> => after();
