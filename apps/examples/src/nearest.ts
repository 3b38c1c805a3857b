/** Which of `names` is meant by `word`: one that holds it, or else the one with the fewest letters to change. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => [name.includes(word) ? 0 : distance(word, name), name] as const);
  return distances.sort(([one], [other]) => one - other)[0]?.[1];
}

/** How many letters have to be added, left out or replaced to make `to` of `from`. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(row[j]! + (from[i] === to[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
