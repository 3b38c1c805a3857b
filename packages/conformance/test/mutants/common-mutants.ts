import { AdapterError, DataError } from '@memio/core/adapter';
import { type Mutant, never } from './mutant.ts';

type Work<Source, Options, Result> = (source: Source, options: Options) => Promise<Result>;

/**
 * What breaks reading and writing in the same way: rule 3, of settling.
 *
 * @param whole the function that is not broken, of the name `operation`
 */
export function commonMutants<Source, Options extends { signal?: AbortSignal | undefined }, Result>(
  operation: 'readFrames' | 'writeFrames',
  whole: Work<Source, Options, Result>,
): Mutant<Work<Source, Options, Result>>[] {
  const of = { adapter: '@memio/conformance', operation };
  const other = operation === 'readFrames' ? 'writeFrames' : 'readFrames';
  const onFailure =
    (instead: (error: unknown, signal: AbortSignal | undefined) => Promise<never>): Work<Source, Options, Result> =>
    (source, options) =>
      whole(source, options).catch((error: unknown) => instead(error, options.signal));
  const withoutSignal = ({ signal, ...options }: Options) => options as Options;

  const mutants: [title: string, broken: Work<Source, Options, Result>][] = [
    ['hangs', () => never],
    [
      'hangs when it is aborted',
      onFailure(async (error, signal) => {
        if (signal?.aborted) return never;
        throw error;
      }),
    ],
    [
      'passes on the error of the library as it is',
      onFailure(async (error) => {
        throw isOurs(error) ? error.cause : error;
      }),
    ],
    [
      'gives its errors the name of another function',
      onFailure(async (error) => {
        throw isOurs(error) ? Object.assign(error, { operation: other }) : error;
      }),
    ],
    ['ignores its signal', (source, options) => whole(source, withoutSignal(options))],
    [
      'looks at its signal only at the start',
      async (source, options) => {
        options.signal?.throwIfAborted();
        return whole(source, withoutSignal(options));
      },
    ],
    [
      'wraps the reason of the abort',
      onFailure(async (error, signal) => {
        const isReason = signal?.aborted && error === signal.reason;
        throw isReason ? new AdapterError(`${operation} failed`, { ...of, cause: error }) : error;
      }),
    ],
    [
      'makes an error of a reason that is none',
      onFailure(async (error) => {
        throw error instanceof Error ? error : new Error(String(error));
      }),
    ],
    [
      'raises an error later that nobody can catch',
      onFailure(async (error) => {
        setImmediate(() => {
          throw new Error('raised later');
        });
        throw error;
      }),
    ],
    [
      'leaves a promise that rejects',
      onFailure(async (error) => {
        Promise.reject(error);
        throw error;
      }),
    ],
  ];
  return mutants.map(([title, broken]) => ({ title, rule: 3, broken }));
}

const isOurs = (error: unknown): error is AdapterError | DataError =>
  error instanceof AdapterError || error instanceof DataError;
