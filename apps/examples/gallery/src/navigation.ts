/** Marks in the list of what is on the page where the reader is. */
export function startNavigation(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a')];
  const targets = links.map(({ hash }) => document.querySelector(hash)!);
  const mark = () => {
    // The last one that begins above the middle of the upper half.
    const at = targets.findLastIndex((target) => target.getBoundingClientRect().top < innerHeight / 4);
    links.forEach((link, index) => {
      if (index === at) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
  };
  addEventListener('scroll', mark, { passive: true });
  mark();
}
