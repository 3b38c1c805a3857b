import { DataError, type Operation } from '@memio/core/adapter';
import { type Font, hasGlyph, onFont } from './internals.ts';

/** Characters without a shape of their own: they may be missing in a font. */
const SHAPELESS = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/u;
const SHAPELESS_ALL = new RegExp(SHAPELESS, 'gu');

/**
 * Makes text with a character that the current font lacks an error, from now on and in each font of the document. PDFKit
 * draws other characters instead, or empty boxes.
 *
 * @throws {DataError} from the method of the document that draws the text
 */
export function refuseMissingGlyphs(doc: object, of: Operation): void {
  const guarded = new WeakSet<Font>();
  onFont(doc, (font) => {
    if (guarded.has(font)) return;
    guarded.add(font);
    guard(font, of);
  });
}

function guard(font: Font, of: Operation): void {
  const known = new Set<string>();
  const { encode, widthOfString } = font;
  const embedded = font.layout !== undefined;
  const require = (text: string, features: unknown): void => {
    for (const character of text) {
      if (known.has(character)) continue;
      if (SHAPELESS.test(character) || hasGlyph(font, character.codePointAt(0)!)) known.add(character);
      else if (!font.layout) throw lacking(character, font, of);
      else {
        // Of several characters a font may make one glyph, which decides. One that is missing may not say of what.
        const absent = font
          .layout(text, features)
          .glyphs.find(({ id, codePoints }) => id === 0 && !isShapeless(codePoints));
        if (absent) throw lacking(String.fromCodePoint(...absent.codePoints) || character, font, of);
        return;
      }
    }
  };
  // An own property of this font, in front of the method of its class.
  Object.assign(font, {
    encode(text: string, features?: unknown) {
      const drawn = drawable(text, embedded);
      require(drawn, features);
      return encode.call(font, drawn, features);
    },
    widthOfString(text: string, ...rest: unknown[]) {
      return widthOfString.call(font, drawable(text, embedded), ...rest);
    },
  });
}

/**
 * The text as it is to be drawn. A standard font has one byte for a character: PDFKit would write the code of a character
 * that is not visible between them, so that other characters appear.
 */
function drawable(text: string, embedded: boolean): string {
  const spaced = `${text}`.replaceAll('\t', ' ');
  if (embedded) return spaced.replace(/\p{Cc}/gu, '');
  return spaced.replace(SHAPELESS_ALL, '').normalize('NFC');
}

const isShapeless = (codePoints: readonly number[]): boolean =>
  codePoints.length > 0 && codePoints.every((codePoint) => SHAPELESS.test(String.fromCodePoint(codePoint)));

function lacking(character: string, { name }: Font, of: Operation): DataError {
  const codes = Array.from(
    character,
    (each) => `U+${each.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return new DataError(
    `Cannot draw "${character}" (${codes.join(' ')}) in ${name}, which has no glyph for it: choose a font that has one, ` +
      "as doc.font(bytes) does with the bytes of a TrueType or OpenType file, or set missingGlyphs to 'ignore'",
    of,
  );
}
