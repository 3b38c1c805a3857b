import type { Sharp } from 'sharp';

/** What a sharp image was told, as far as it decides whether something is lost. */
export interface Told {
  /** Whether the caller chose the pages to read; sharp reads the first one by default. */
  pagesChosen: boolean;
  /** Whether the result may be transparent where the input is not, or although it is flattened. */
  mayBecomeTransparent: boolean;
  /** Whether the alpha of the input is replaced by a background, or left out. */
  losesAlpha: boolean;
}

/**
 * The only use of what sharp does not document: `image.options`, where every method leaves what it was told.
 *
 * @returns where these are not as expected, what makes `writeImage` look closer: it then finds out by encoding twice
 */
export function toldOf(image: Sharp): Told {
  const { options } = image as unknown as { options?: unknown };
  if (!isKnown(options)) return { pagesChosen: false, mayBecomeTransparent: true, losesAlpha: false };
  const { input } = options;
  const backgrounds = [
    options.resizeBackground,
    options.rotationBackground,
    options.extendBackground,
    options.affineBackground,
  ];
  return {
    pagesChosen: input['page'] !== undefined || input['pages'] !== undefined,
    losesAlpha: options.flatten || options.removeAlpha || options.extractChannel > -1,
    mayBecomeTransparent:
      !(options.removeAlpha || options.extractChannel > -1) &&
      (options.ensureAlpha !== -1 ||
        options.unflatten ||
        options.composite.length > 0 ||
        options.joinChannelIn.length > 0 ||
        backgrounds.some((colour) => colour[3] !== 255)),
  };
}

interface Options {
  input: Record<string, unknown>;
  flatten: boolean;
  unflatten: boolean;
  removeAlpha: boolean;
  ensureAlpha: number;
  extractChannel: number;
  composite: unknown[];
  joinChannelIn: unknown[];
  resizeBackground: number[];
  rotationBackground: number[];
  extendBackground: number[];
  affineBackground: number[];
}

const TYPES: { [Name in keyof Options]: (value: unknown) => boolean } = {
  input: (value) => typeof value === 'object' && value !== null && 'autoOrient' in value,
  flatten: (value) => typeof value === 'boolean',
  unflatten: (value) => typeof value === 'boolean',
  removeAlpha: (value) => typeof value === 'boolean',
  ensureAlpha: (value) => typeof value === 'number',
  extractChannel: (value) => typeof value === 'number',
  composite: Array.isArray,
  joinChannelIn: Array.isArray,
  resizeBackground: Array.isArray,
  rotationBackground: Array.isArray,
  extendBackground: Array.isArray,
  affineBackground: Array.isArray,
};

function isKnown(options: unknown): options is Options {
  if (typeof options !== 'object' || options === null) return false;
  return Object.entries(TYPES).every(([name, is]) => is((options as Record<string, unknown>)[name]));
}
