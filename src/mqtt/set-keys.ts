import { GatewayError } from '../errors.ts';

export interface ScalarCommand {
  action: string;
  args: Record<string, unknown>;
}

interface SetKey {
  /** Key of the state that shows it; published again after every attempt. */
  state: string;
  /** Throws `invalid_args`. */
  read(text: string, evse: number): ScalarCommand;
}

/** `X/set/<key>` */
const evseKeys: Readonly<Record<string, SetKey>> = {
  charging: {
    state: 'transaction_active',
    read: (text, evse) => ({ action: isOn(text) ? 'start' : 'stop', args: { evse } }),
  },
  charging_enabled: {
    state: 'charging_enabled',
    read: (text, evse) => ({ action: 'set_charging_enabled', args: { evse, enabled: isOn(text) } }),
  },
  operative: {
    state: 'operative',
    read: (text, evse) => ({ action: 'set_availability', args: { evse, operative: isOn(text) } }),
  },
  current_limit: { state: 'current_limit', read: (text, evse) => limit(text, evse, 'current') },
  power_limit: { state: 'power_limit', read: (text, evse) => limit(text, evse, 'power') },
  phases: {
    state: 'phases',
    read: (text, evse) => ({ action: 'set_phases', args: { evse, phases: phasesOf(text) } }),
  },
};

/** `S/set/<key>` */
const stationKeys: Readonly<Record<string, SetKey>> = {
  station_limit: { state: 'station_limit', read: (text) => limit(text, 0, 'current') },
  authorization: {
    state: 'authorization',
    read: (text) => ({ action: 'set_authorization', args: { mode: text } }),
  },
};

/** The keys that can be set, for the contract's documents. */
export const setKeys = { evse: Object.keys(evseKeys), station: Object.keys(stationKeys) };

/** What a key does; null for one that cannot be set there. `evse` null: the station's. */
export function findSetKey(evse: number | null, key: string): SetKey | null {
  const keys = evse === null ? stationKeys : evseKeys;
  return Object.hasOwn(keys, key) ? (keys[key] ?? null) : null;
}

function isOn(text: string): boolean {
  if (text === 'ON') return true;
  if (text === 'OFF') return false;
  throw new GatewayError('invalid_args', `${JSON.stringify(text)} is neither ON nor OFF.`);
}

function limit(text: string, evse: number, quantity: 'current' | 'power'): ScalarCommand {
  if (text === 'none') return { action: 'clear_limit', args: { evse } };
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return { action: 'set_limit', args: { evse, [quantity]: value } };
  const unit = quantity === 'current' ? 'A' : 'W';
  throw new GatewayError('invalid_args', `${JSON.stringify(text)} is neither a number of ${unit} nor none.`);
}

function phasesOf(text: string): 'auto' | 1 | 3 {
  if (text === 'auto') return 'auto';
  if (text === '1') return 1;
  if (text === '3') return 3;
  throw new GatewayError('invalid_args', `${JSON.stringify(text)} is none of auto, 1 and 3.`);
}
