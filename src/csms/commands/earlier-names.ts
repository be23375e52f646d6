import { GatewayError } from '../../errors.ts';
import type { Station } from '../station.ts';
import { transactionToStopAsEarlier } from './station-facts.ts';
import type { Word } from './words/index.ts';

type Args = Record<string, unknown>;

/** One of the earlier program's commands: OCPP 1.6 in snake_case. */
export interface EarlierName {
  word: Word;
  /** Its field -> the plain word's argument. Fields not named here are spelled the same. */
  fields: Readonly<Record<string, string>>;
  /** What is more than another spelling; gets the plain arguments. */
  translate?(args: Args, station: Station): Args;
}

/**
 * The earlier program's 19 names and `charging_enabled`. Those that are plain words, too (`reset`...), take the
 * arguments and spellings of either.
 */
export const earlierNames: Readonly<Record<string, EarlierName>> = {
  cancel_reservation: { word: 'cancel_reservation', fields: { reservation_id: 'id' } },
  change_availability: {
    word: 'set_availability',
    fields: { connector_id: 'evse', type: 'operative' },
    translate: (args) => ({ ...args, ...change(args, 'operative', operativeOf) }),
  },
  change_configuration: { word: 'set_config', fields: {} },
  clear_cache: { word: 'clear_cache', fields: {} },
  clear_charging_profile: {
    word: 'clear_profile',
    fields: { connector_id: 'evse', charging_profile_purpose: 'purpose' },
  },
  data_transfer: { word: 'data_transfer', fields: {} },
  get_composite_schedule: {
    word: 'get_schedule',
    fields: { connector_id: 'evse', charging_rate_unit: 'unit' },
  },
  get_configuration: {
    word: 'get_config',
    fields: { key: 'keys' },
    translate: (args) => ({
      ...args,
      ...change(args, 'keys', (keys) => (typeof keys === 'string' ? [keys] : keys)),
    }),
  },
  get_diagnostics: {
    word: 'get_log',
    fields: { location: 'url', start_time: 'from', stop_time: 'to' },
  },
  get_local_version: { word: 'local_list_version', fields: {} },
  remote_start_transaction: {
    word: 'start',
    fields: { connector_id: 'evse', id_tag: 'id_token', charging_profile: 'profile' },
    translate: (args) => ({ ...args, ...change(args, 'profile', camelKeys) }),
  },
  remote_stop_transaction: {
    word: 'stop',
    fields: { transaction_id: 'transaction' },
    translate: (args, station) => {
      if (args['evse'] !== undefined) return args;
      const given = args['transaction'];
      if (given !== undefined && typeof given !== 'string' && typeof given !== 'number') return args;
      return {
        ...args,
        transaction: transactionToStopAsEarlier(station, given === undefined ? null : String(given)),
      };
    },
  },
  reserve_now: {
    word: 'reserve',
    fields: {
      connector_id: 'evse',
      expiry_date: 'expires_at',
      id_tag: 'id_token',
      parent_id_tag: 'parent_id_token',
      reservation_id: 'id',
    },
  },
  reset: {
    word: 'reset',
    fields: {},
    translate: (args) => ({ ...args, ...change(args, 'type', lowerCase) }),
  },
  send_local_list: {
    word: 'local_list_send',
    fields: { list_version: 'version', local_authorization_list: 'tokens', update_type: 'full' },
    translate: (args) => {
      const { full: updateType, tokens = [], ...rest } = args;
      if (updateType === undefined || typeof updateType === 'boolean')
        return { ...rest, ...args, tokens: listOf(tokens, true) };
      const full = lowerCase(updateType) === 'full';
      if (!full && lowerCase(updateType) !== 'differential')
        throw invalid('/update_type', 'must be Full or Differential');
      return { ...rest, full, tokens: listOf(tokens, full) };
    },
  },
  set_charging_profile: {
    word: 'set_profile',
    fields: { connector_id: 'evse', cs_charging_profiles: 'profile' },
    translate: (args) => ({ ...args, ...change(args, 'profile', camelKeys) }),
  },
  trigger_message: {
    word: 'trigger',
    fields: { requested_message: 'message', connector_id: 'evse' },
  },
  unlock_connector: { word: 'unlock', fields: { connector_id: 'evse' } },
  update_firmware: { word: 'update_firmware', fields: { location: 'url', retrieve_date: 'retrieve_at' } },
  charging_enabled: {
    word: 'set_charging_enabled',
    fields: {},
    translate: ({ '': alone, ...args }) => ({
      ...args,
      ...change(alone === undefined ? args : { enabled: alone }, 'enabled', switchOf),
    }),
  },
};

/** The plain word's arguments of an earlier name's. A text or number alone (`"args":"ON"`) is its only argument. */
export function translateEarlier(
  { fields, translate }: EarlierName,
  args: unknown,
  station: Station,
): unknown {
  if (Array.isArray(args)) return args;
  const given =
    typeof args === 'object' && args !== null
      ? args
      : args === undefined || args === null
        ? {}
        : { '': args };
  const plain: Args = {};
  // the earlier program took null for an absent field
  for (const [name, value] of Object.entries(given))
    if (value !== null) plain[Object.hasOwn(fields, name) ? (fields[name] ?? name) : name] = value;
  return translate === undefined ? plain : translate(plain, station);
}

function change(args: Args, name: string, to: (value: unknown) => unknown): Args {
  return name in args ? { [name]: to(args[name]) } : {};
}

function operativeOf(type: unknown): unknown {
  const operative: Record<string, boolean> = { operative: true, inoperative: false };
  return operative[String(type).toLowerCase()] ?? type;
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

const switches: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  '1': true,
  yes: true,
  off: false,
  false: false,
  '0': false,
  no: false,
};

function switchOf(value: unknown): unknown {
  return switches[String(value).trim().toLowerCase()] ?? value;
}

/** `charging_profile_id` becomes `chargingProfileId`, at any depth; what is camelCase already stays. */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [
        name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
        camelKeys(field),
      ]),
  );
}

/** OCPP 1.6 §7.1: in an update, an entry without `id_tag_info` takes the token off the list. */
function listOf(list: unknown, full: boolean): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('id_tag' in entry)) return entry;
    const info: unknown = 'id_tag_info' in entry ? entry.id_tag_info : undefined;
    if (typeof info !== 'object' || info === null)
      return { id_token: entry.id_tag, ...(!full && { remove: true }) };
    return {
      id_token: entry.id_tag,
      ...('status' in info && { status: info.status }),
      ...('expiry_date' in info && info.expiry_date !== null && { expires_at: info.expiry_date }),
      ...('parent_id_tag' in info && info.parent_id_tag !== null && { parent_id_token: info.parent_id_tag }),
    };
  });
}

function invalid(path: string, rule: string): GatewayError {
  return new GatewayError('invalid_args', `${path} ${rule}`, { details: { path, rule: 'enum' } });
}
