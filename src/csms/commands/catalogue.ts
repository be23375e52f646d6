import type { TSchema } from 'typebox';
import { earlierNames } from './earlier-names.ts';
import { isPrivilegedSetting } from './privileged.ts';
import { words } from './words/index.ts';
import type { Word } from './words/index.ts';

export interface CatalogueEntry {
  /** JSON Schema of the arguments, with descriptions and defaults. */
  args: TSchema;
  /** The earlier program's names for it. */
  earlier: string[];
  /** Under PRIVILEGED_COMMANDS; a function where it depends on the (valid) arguments. */
  privileged: boolean | ((args: object) => boolean);
  /** Serves a `set/<key>` topic. */
  scalar: boolean;
}

const privileged: Partial<Record<Word, CatalogueEntry['privileged']>> = {
  update_firmware: true,
  get_log: true,
  install_certificate: true,
  get_certificates: true,
  delete_certificate: true,
  reset: (args) => 'type' in args && args.type === 'hard',
  set_config: (args) => settingsOf(args).some(isPrivilegedSetting),
};

function settingsOf(args: { key?: unknown; values?: unknown }): string[] {
  const keys = typeof args.values === 'object' && args.values !== null ? Object.keys(args.values) : [];
  return typeof args.key === 'string' ? [args.key, ...keys] : keys;
}

const scalars: ReadonlySet<Word> = new Set<Word>([
  'start',
  'stop',
  'set_charging_enabled',
  'set_availability',
  'set_limit',
  'clear_limit',
  'set_phases',
  'set_authorization',
]);

/** Every command of `S/cmd` in one table: what the engine validates with, and what the documents are made of. */
export const commandCatalogue: Readonly<Record<string, CatalogueEntry>> = Object.fromEntries(
  Object.entries<TSchema>(words).map(([word, args]) => [word, entryOf(word as Word, args)]),
);

function entryOf(word: Word, args: TSchema): CatalogueEntry {
  return {
    args,
    earlier: Object.keys(earlierNames).filter((name) => earlierNames[name]?.word === word),
    privileged: privileged[word] ?? false,
    scalar: scalars.has(word),
  };
}

export function isWord(name: string): name is Word {
  return Object.hasOwn(words, name);
}

/** Every name that `S/cmd` takes. */
export function commandNames(): string[] {
  return [...new Set([...Object.keys(words), ...Object.keys(earlierNames)])];
}
