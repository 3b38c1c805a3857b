import { element } from '../element.ts';

/** An image; `url` has to last as long as it is shown. */
export async function showImage(name: string, url: string): Promise<HTMLElement> {
  const image = element('img', { src: url, alt: `The image ${name}` });
  await image.decode();
  image.width = image.naturalWidth;
  image.height = image.naturalHeight;
  const size = `${image.naturalWidth} × ${image.naturalHeight} pixels`;
  return element('figure', {}, image, element('figcaption', {}, size));
}
