import { describePictures, ROUNDING } from './oracle/describe-pictures.ts';
import { jpegsOfLibjpeg, orientedJpegs, profiledPictures } from './oracle/jpegs.ts';
import { collectedPngs, generatedPngs } from './oracle/pngs.ts';

// A part of each kind; `pnpm check:pictures` renders all of them.
const someOf = <Item>(items: readonly Item[]) => items.filter((_, at) => at % 13 === 5);

describePictures('Collected PNGs', () => someOf(collectedPngs()), ROUNDING);
describePictures('Generated PNGs', () => someOf(generatedPngs()), ROUNDING);
describePictures('JPEGs of libjpeg', () => jpegsOfLibjpeg([[35, 23]]), ROUNDING);
describePictures('JPEGs of all orientations', () => orientedJpegs(), ROUNDING);
describePictures('Pictures with colour profiles', async () => (await profiledPictures()).slice(0, 4), ROUNDING, {
  pillow: false,
  renderers: ['pdftoppm'],
});
