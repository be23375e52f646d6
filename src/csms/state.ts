/**
 * The last value of everything a dashboard shows, as the plain text that is published. One entry is one retained
 * topic; which one is for the MQTT side to say.
 */

/** Where the value belongs: the station, an EVSE, or a connector of an EVSE that has several. */
export type StateScope = 'station' | 'evse' | 'connector';

/** `value`: a plain text under `state/`; the others are topics of their own (`info` and `session` are JSON). */
export type StateForm = 'value' | 'availability' | 'info' | 'session';

export interface StateEntry {
  readonly stationId: string;
  readonly scope: StateScope;
  /** 0 for the station. */
  readonly evse: number;
  readonly connector: number;
  readonly form: StateForm;
  readonly key: string;
  /** One of the earlier program's keys; not published with COMPAT_TOPICS=false. */
  readonly compatible: boolean;
  text: string;
}

export type StateValue = string | number | boolean;

export interface StateTable {
  /** Sets a value; the listener hears of it only when its text changed. */
  set(evse: number, key: string, value: StateValue): void;
  setCompatible(key: string, value: StateValue): void;
  /** Publishes a value of the station again, although it is the same. */
  tell(key: string): void;
  setConnector(evse: number, connector: number, key: string, value: StateValue): void;
  setForm(form: Exclude<StateForm, 'value'>, evse: number, text: string): void;
  get(evse: number, key: string): string | undefined;
  entries(): IterableIterator<StateEntry>;
  /** For the projection: everything as JSON, and back. */
  toJSON(): StoredEntry[];
}

export type StoredEntry = [
  scope: StateScope,
  evse: number,
  connector: number,
  form: StateForm,
  key: string,
  compatible: 0 | 1,
  text: string,
];

export type StateListener = (entry: StateEntry) => void;

/** ON/OFF for booleans; numbers without the noise of binary fractions, never NaN. */
export function textOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF';
  return formatNumber(value);
}

export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  // 1e6 steps stay exact up to 9e9; beyond that the fraction is noise already
  return String(Math.abs(value) < 9e9 ? Math.round(value * 1e6) / 1e6 : value);
}

export function createStateTable(
  stationId: string,
  changed: StateListener,
  stored: StoredEntry[] = [],
): StateTable {
  // one small map for each scope: the hot path looks up by (evse, key) without building a text
  const byEvse = new Map<number, Map<string, StateEntry>>();
  const others = new Map<string, StateEntry>();

  const scopeOf = (evse: number): Map<string, StateEntry> => {
    let map = byEvse.get(evse);
    if (map === undefined) byEvse.set(evse, (map = new Map()));
    return map;
  };

  const update = (entry: StateEntry, text: string): void => {
    if (entry.text === text) return;
    entry.text = text;
    changed(entry);
  };

  const add = (map: Map<string, StateEntry>, mapKey: string, entry: StateEntry): void => {
    map.set(mapKey, entry);
    changed(entry);
  };

  const value = (evse: number, key: string, compatible: boolean, text: string): void => {
    const map = scopeOf(evse);
    const known = map.get(key);
    if (known !== undefined) return update(known, text);
    const scope: StateScope = evse === 0 ? 'station' : 'evse';
    add(map, key, { stationId, scope, evse, connector: 0, form: 'value', key, compatible, text });
  };

  const connectorValue = (evse: number, connector: number, key: string, text: string): void => {
    const mapKey = `${evse}/${connector}/${key}`;
    const known = others.get(mapKey);
    if (known !== undefined) return update(known, text);
    const scope: StateScope = 'connector';
    add(others, mapKey, { stationId, scope, evse, connector, form: 'value', key, compatible: false, text });
  };

  const form = (name: Exclude<StateForm, 'value'>, evse: number, text: string): void => {
    const mapKey = `${name}/${evse}`;
    const known = others.get(mapKey);
    if (known !== undefined) return update(known, text);
    const scope: StateScope = evse === 0 ? 'station' : 'evse';
    add(others, mapKey, {
      stationId,
      scope,
      evse,
      connector: 0,
      form: name,
      key: name,
      compatible: false,
      text,
    });
  };

  function* entries(): IterableIterator<StateEntry> {
    for (const map of byEvse.values()) yield* map.values();
    yield* others.values();
  }

  for (const [scope, evse, connector, entryForm, key, compatible, text] of stored) {
    if (scope === 'connector') connectorValue(evse, connector, key, text);
    else if (entryForm !== 'value') form(entryForm, evse, text);
    else value(evse, key, compatible === 1, text);
  }

  return {
    set: (evse, key, next) => value(evse, key, false, textOf(next)),
    setCompatible: (key, next) => value(0, key, true, textOf(next)),
    tell(key) {
      const entry = byEvse.get(0)?.get(key);
      if (entry !== undefined) changed(entry);
    },
    setConnector: (evse, connector, key, next) => connectorValue(evse, connector, key, textOf(next)),
    setForm: form,
    get: (evse, key) => byEvse.get(evse)?.get(key)?.text,
    entries,
    toJSON: () =>
      [...entries()].map((entry): StoredEntry => [
        entry.scope,
        entry.evse,
        entry.connector,
        entry.form,
        entry.key,
        entry.compatible ? 1 : 0,
        entry.text,
      ]),
  };
}
