/**
 * Reads a `.env` file as python-dotenv does, because the earlier program did: `export` in front, quotes of both
 * kinds over several lines, comments after a blank, `${NAME}` and `${NAME:-default}`. Node's own parser differs
 * in two things that matter to existing files: it cuts `pass#word` at the `#` and ends a quoted value at an
 * escaped quote.
 */
interface DotenvEntry {
  name: string;
  value: string;
  /** Line of its name, from 1. */
  line: number;
}

export interface Dotenv {
  entries: DotenvEntry[];
  /** Lines that say nothing readable. */
  unreadable: number[];
}

const blank = /\s*/y;
const comment = /#[^\r\n]*/y;
const assignment =
  /(?:export[^\S\r\n]+)?(?:'([^']+)'|([^=#\s]+))[^\S\r\n]*(?:=[^\S\r\n]*(?:'((?:\\'|[^'])*)'|"((?:\\"|[^"])*)"|(?!['"])([^\r\n]*)))?[^\S\r\n]*(?:#[^\r\n]*)?(?=[\r\n]|$)/y;
const restOfLine = /[^\r\n]*/y;

/** `known` answers for the names that `${NAME}` does not find in the file; it goes before the file. */
export function parseDotenv(text: string, known: Readonly<Record<string, string | undefined>>): Dotenv {
  const found: Dotenv = { entries: [], unreadable: [] };
  const values = new Map<string, string>();
  let at = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const resolve = (raw: string): string =>
    raw.replace(
      /\$\{([^}:]*)(?::-([^}]*))?\}/g,
      (_, name: string, otherwise?: string) =>
        (Object.hasOwn(known, name) ? known[name] : undefined) ?? values.get(name) ?? otherwise ?? '',
    );

  for (;;) {
    take(blank);
    if (at >= text.length) return found;
    if (take(comment) !== null) continue;
    const line = text.slice(0, at).split(/\r\n|\r|\n/).length;
    const match = take(assignment);
    if (match === null) {
      found.unreadable.push(line);
      take(restOfLine);
      continue;
    }
    const name = match[1] ?? match[2] ?? '';
    const value = resolve(valueOf(match));
    values.set(name, value);
    found.entries.push({ name, value, line });
  }
}

function valueOf([, , , single, double, plain]: RegExpExecArray): string {
  if (single !== undefined) return single.replace(/\\([\\'])/g, '$1');
  if (double !== undefined)
    return double.replace(/\\([\\'"abfnrtv])/g, (_, letter: string) => unescape(letter));
  return (plain ?? '').replace(/\s+#.*/, '').trimEnd();
}

const escapes = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function unescape(letter: string): string {
  return escapes.get(letter) ?? letter;
}
