import { typeError } from '@memio/core/adapter';

/**
 * Contract rule 11: an option that nobody reads is a mistake, often of spelling.
 *
 * @throws {TypeError} when `options` has a member that is not `known`, unless it is `undefined`
 */
export function requireKnownOptions(operation: string, options: object, known: readonly string[]): void {
  const unknown = Object.entries(options)
    .filter(([name, value]) => value !== undefined && !known.includes(name))
    .map(([name]) => name);
  if (unknown.length === 0) return;
  const names = unknown.map((name) => JSON.stringify(name)).join(', ');
  const of = unknown.length === 1 ? 'the option' : 'the options';
  throw typeError(
    `Cannot use ${of} ${names} of ${operation}: ${known.length > 0 ? `it has ${known.join(', ')}` : 'PDFKit’s options are those of the document, which exists already'}`,
  );
}
