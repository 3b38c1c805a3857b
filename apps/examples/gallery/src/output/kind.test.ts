import { b } from '@memio/core';
import { expect, it } from 'vitest';
import { type Kind, kindOf } from './kind.ts';

it.each<[string, Uint8Array<ArrayBuffer>, Kind]>([
  ['a PDF', b`%PDF-1.7\n`, 'pdf'],
  ['a ZIP', b`PK\x03\x04\x14\x00`, 'zip'],
  ['an empty ZIP', b`PK\x05\x06\x00`, 'zip'],
  ['a PNG', b`\x89PNG\r\n\x1a\n\x00`, 'image'],
  ['a JPEG', b`\xff\xd8\xff\xe0`, 'image'],
  ['a beginning that is cut off', b`%PD`, 'text'],
  ['UTF-8', b`${'naïve\tline\r\nzwei €\n'}`, 'text'],
  ['UTF-8 whose last character the preview cuts', b`${`${'x'.repeat(4095)}€`}`, 'text'],
  ['Latin-1', b`na\xefve`, 'bytes'],
  ['text with a zero', b`a\x00b`, 'bytes'],
  ['nothing', b``, 'bytes'],
])('kindOf() tells %s by its bytes', (_what, bytes, kind) => {
  expect(kindOf(bytes)).toBe(kind);
});
