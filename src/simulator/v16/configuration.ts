import type { ConfigurationKey } from './configuration-keys.ts';
import type { Response } from './messages.ts';

/** What ChangeConfiguration answers. */
type ChangeStatus = Response<'ChangeConfiguration'>['status'];

/** The configuration keys of a station: they survive a reboot. Keys are compared without regard to case. */
export interface Configuration {
  text(key: string): string;
  integer(key: string): number;
  flag(key: string): boolean;
  /** The items of a comma separated list, without spaces; [] for an empty one. */
  list(key: string): string[];
  /** The station's own change, of any key and without rules. */
  set(key: string, value: string): void;
  /** A change asked for by the CSMS. OCPP 1.6 §5.3. */
  change(key: string, value: string): ChangeStatus;
  /** What GetConfiguration says about a key; undefined for one that is unknown or can only be written. */
  show(key: string): { key: string; readonly: boolean; value: string } | undefined;
  readonly keys: string[];
  /** Called after each accepted change, with the key as it is spelled in the specification. */
  onChange(listener: (key: string) => void): void;
}

export function createConfiguration(known: ConfigurationKey[]): Configuration {
  const keys = new Map(known.map((entry) => [entry.key.toLowerCase(), { ...entry }]));
  const listeners: ((key: string) => void)[] = [];

  function find(key: string): ConfigurationKey {
    const entry = keys.get(key.toLowerCase());
    if (entry === undefined) throw new Error(`no configuration key ${key}`);
    return entry;
  }

  const configuration: Configuration = {
    text: (key) => find(key).value,
    integer: (key) => Number(find(key).value),
    flag: (key) => find(key).value === 'true',
    list: (key) => itemsOf(find(key).value),
    set(key, value) {
      find(key).value = value;
    },
    change(key, value) {
      const entry = keys.get(key.toLowerCase());
      if (entry === undefined) return 'NotSupported';
      if (entry.access === 'read') return 'Rejected';
      const accepted = accept(entry, value.trim());
      if (accepted === undefined) return 'Rejected';
      entry.value = accepted;
      for (const listener of listeners) listener(entry.key);
      return entry.reboot ? 'RebootRequired' : 'Accepted';
    },
    show(key) {
      const entry = keys.get(key.toLowerCase());
      // Security white paper §7.2: AuthorizationKey is write-only.
      if (entry === undefined || entry.access === 'write') return undefined;
      return { key: entry.key, readonly: entry.access === 'read', value: entry.value };
    },
    get keys() {
      return [...keys.values()].map((entry) => entry.key);
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
  return configuration;
}

function itemsOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The value as it is stored, or undefined when it does not fit. OCPP 1.6 §5.3: out of range or of a wrong format. */
function accept(entry: ConfigurationKey, value: string): string | undefined {
  const { min = 0, max = Infinity } = entry;
  switch (entry.type) {
    case 'integer':
      return /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max ? value : undefined;
    case 'boolean':
      return /^(true|false)$/i.test(value) ? value.toLowerCase() : undefined;
    case 'list': {
      const items = itemsOf(value);
      const fits = items.length <= (entry.maxItems ?? 1) && items.every((item) => entry.items?.(item));
      return fits ? items.join(',') : undefined;
    }
    case 'text':
      return value.length >= min && value.length <= max ? value : undefined;
    default:
      return undefined;
  }
}
