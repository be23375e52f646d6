/** As much of a name as tells which one was meant. */
const tellingPart = 5;

/**
 * The name that takes the fewest typing errors (two swapped letters are one) to become `name`, else one that begins
 * with it; null when none is near.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let begun: string | null = null;
  let least = Math.max(2, Math.ceil(name.length / 2));
  for (const candidate of candidates) {
    const distance = typingErrors(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
    if (name.length >= tellingPart && candidate.startsWith(name)) begun ??= candidate;
  }
  return best ?? begun;
}

/** Optimal string alignment, one row at a time; `before` is the row above the one above. */
function typingErrors(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = at(above, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(above, j) + 1, at(row, j - 1) + 1));
    }
    before = above;
    above = row;
  }
  return at(above, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
