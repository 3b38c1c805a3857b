import { describePictures, ROUNDING } from './describe-pictures.ts';
import { jpegsOfLibjpeg, orientedJpegs, profiledPictures } from './jpegs.ts';
import { collectedPngs, generatedPngs } from './pngs.ts';

describePictures('Collected PNGs', collectedPngs, ROUNDING);
describePictures('Generated PNGs', generatedPngs, ROUNDING);
describePictures('JPEGs of libjpeg', () => jpegsOfLibjpeg(), ROUNDING);
describePictures('JPEGs of all orientations', () => orientedJpegs(), ROUNDING);
describePictures('Pictures with colour profiles', async () => (await profiledPictures()).slice(0, 4), ROUNDING, {
  pillow: false,
  renderers: ['pdftoppm'],
});
// The programs choose other ways from the colours of a printer to those of a screen.
describePictures(
  'Pictures in CMYK with a colour profile',
  async () => (await profiledPictures()).slice(4),
  { largest: 24, mean: 4 },
  {
    pillow: false,
    renderers: ['pdftoppm'],
  },
);
