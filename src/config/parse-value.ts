import type { Option } from './option.ts';

/** A setting as it was written: text everywhere, lists and maps in the yaml file only. */
export type Written = string | readonly unknown[] | Readonly<Record<string, unknown>>;

/** As it was written; lists and maps as JSON. */
export function textOf(written: Written): string {
  return typeof written === 'string' ? written : JSON.stringify(written);
}

const booleans = new Map([
  ...['true', 'on', 'yes', '1'].map((text) => [text, true] as const),
  ...['false', 'off', 'no', '0'].map((text) => [text, false] as const),
]);

/**
 * The value that a text stands for. Text that stands for none of this type is returned as it is: the schema
 * then refuses it.
 */
export function parseValue(option: Option, written: Written): unknown {
  if (typeof written !== 'string') return written;
  const text = written.trim();
  switch (option.type) {
    case 'integer':
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : written;
    case 'boolean':
      if (option.exactlyTrue === true) return text === 'true';
      return booleans.get(text.toLowerCase()) ?? written;
    case 'array':
      return option.commas === true && !text.startsWith('[')
        ? text.split(',').map((item) => item.trim())
        : (parseJson(text) ?? written);
    case 'object':
      return parseJson(text) ?? written;
    case 'string':
    default:
      return option.enum === undefined ? written : parseWord(option, text);
  }
}

function parseWord(option: Option, text: string): string {
  const word = text.toLowerCase();
  const { synonyms = {} } = option;
  return Object.hasOwn(synonyms, word) ? (synonyms[word] ?? word) : word;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an option takes, in words that follow "must be". */
export function describeAllowed(option: Option): string {
  if (option.allowed !== undefined) return option.allowed;
  if (option.enum !== undefined) return oneOf(option.enum);
  switch (option.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${describeRange(option)}`;
    case 'number':
      return `a number${describeRange(option)}`;
    case 'array':
      return 'a JSON array of texts';
    case 'object':
      return 'a JSON object of texts';
    case 'string':
    default:
      return 'a text';
  }
}

function describeRange({ minimum, exclusiveMinimum, maximum }: Option): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  if (exclusiveMinimum === undefined) return maximum === undefined ? '' : ` of at most ${maximum}`;
  return ` above ${exclusiveMinimum}${maximum === undefined ? '' : ` and at most ${maximum}`}`;
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? `${words[0]}` : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
