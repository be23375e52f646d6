/** What somebody probably meant: for error messages of settings, flags, commands and arguments. */

/** As much of a name as tells which one was meant. */
const tellingPart = 5;

/** The candidate that takes the fewest typing errors to become `name`; the first one of several. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  return ranked(name, candidates).best;
}

/** The same when it is near enough to be meant, else the first candidate that begins with `name`; null when none does. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const names = [...candidates];
  const { best, errors } = ranked(name, names);
  if (best !== undefined && errors < Math.max(2, Math.ceil(name.length / 2))) return best;
  const begun = names.find((candidate) => name.length >= tellingPart && candidate.startsWith(name));
  return begun ?? null;
}

function ranked(name: string, candidates: Iterable<string>): { best: string | undefined; errors: number } {
  let best: string | undefined;
  let errors = Infinity;
  for (const candidate of candidates) {
    const count = typingErrors(name.toLowerCase(), candidate.toLowerCase());
    if (count >= errors) continue;
    best = candidate;
    errors = count;
  }
  return { best, errors };
}

/**
 * Optimal string alignment (two swapped letters are one error), one row at a time; `before` is the row above the one
 * above.
 */
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
