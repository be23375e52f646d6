/**
 * One setting: a JSON Schema, which ajv validates, with annotations for people. The key under which an option
 * is listed is its environment name; its yaml key and its flag follow from it (`yamlKey`, `flagName`).
 */
export interface Option {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: 'broker-url';
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: { readonly type: 'string'; readonly pattern?: string };
  readonly additionalProperties?: { readonly type: 'string' };

  readonly description: string;
  /** What holds without a value, for an option without default. */
  readonly unset?: string;
  readonly unit?: string;
  /** What is allowed, where the schema alone would not say it in plain words. */
  readonly allowed?: string;
  /** The value is shown as `***`, everywhere. */
  readonly secret?: true;
  /** A wrong value is a warning and counts as unset, as in the earlier program. */
  readonly lenient?: true;
  /** Other words for the values of `enum`. */
  readonly synonyms?: Readonly<Record<string, string>>;
  /** True for the text `true` alone, as in the earlier program. */
  readonly exactlyTrue?: true;
  /** An array that may also be written as a list with commas. */
  readonly commas?: true;
  /** Values of the earlier program that are accepted, count as unset and are explained by a line at start. */
  readonly replaced?: { readonly pattern: string; readonly by: string };
}

/** Annotation keywords that ajv must know of, and ignores. */
export const annotationKeywords = [
  'unset',
  'unit',
  'allowed',
  'secret',
  'lenient',
  'synonyms',
  'exactlyTrue',
  'commas',
  'replaced',
] as const satisfies readonly (keyof Option)[];
