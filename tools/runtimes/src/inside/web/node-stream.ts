import streams from 'readable-stream';
import { notApplicable } from '../not-applicable.ts';

/** A stream that fails while nobody listens raises an error that would be charged to whatever test comes next. */
const heard = <Stream extends new (...args: never[]) => { on(event: string, listener: () => void): unknown }>(
  Class: Stream,
): Stream =>
  new Proxy(Class, {
    construct: (target, args, derived) => Reflect.construct(target, args, derived).on('error', () => {}),
  });

const { Duplex, pipeline, Transform, Writable } = streams;
const PassThrough = heard(streams.PassThrough);
const Readable = heard(streams.Readable);
for (const name of ['fromWeb', 'toWeb'])
  Object.assign(Readable, { [name]: () => notApplicable(`\`Readable.${name}()\` of Node.js`) });

export { Duplex, PassThrough, pipeline, Readable, Transform, Writable };
