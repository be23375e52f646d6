/**
 * The only place where a topic is built or parsed. `{station}` is the station's topic (`S`), `{base}` the gateway's;
 * every other parameter is one level, encoded like an identity.
 */
export const addresses = {
  availability: '{station}/availability',
  info: '{station}/info',
  station_state: '{station}/state/{key}',
  evse_state: '{station}/evse/{evse}/state/{key}',
  connector_state: '{station}/evse/{evse}/connector/{connector}/state/{key}',
  session: '{station}/evse/{evse}/session',
  event: '{station}/event/{kind}',
  replay: '{station}/replay/{kind}',
  session_event: '{station}/evse/{evse}/session_event',
  rfid: '{station}/rfid',
  command: '{station}/cmd',
  action_command: '{station}/cmd/{action}',
  evse_command: '{station}/evse/{evse}/cmd',
  command_result: '{station}/cmd_result',
  command_result_field: '{station}/cmd_result/{field}',
  station_set: '{station}/set/{key}',
  evse_set: '{station}/evse/{evse}/set/{key}',
  call: '{station}/call/{action}',
  call_result: '{station}/call_result/{action}',
  raw: '{station}/raw/{direction}',
  ask: '{station}/ask/{action}',
  answer: '{station}/answer/{id}',
  bridge_state: '{base}/bridge/state',
  bridge_info: '{base}/bridge/info',
  bridge_station: '{base}/bridge/stations/{id}',
  bridge_event: '{base}/bridge/event',
  bridge_log: '{base}/bridge/log',
  bridge_nudge: '{base}/bridge/nudge',
  bridge_command: '{base}/bridge/cmd',
  bridge_command_result: '{base}/bridge/cmd_result',
} as const;

export type AddressName = keyof typeof addresses;

type ParameterOf<Address extends string> = Address extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;

type Level<Name extends AddressName> = Exclude<ParameterOf<(typeof addresses)[Name]>, 'station' | 'base'>;

/** Values of the parameters behind the root. */
export type Levels<Name extends AddressName> = Readonly<Record<Level<Name>, string | number>>;

/** Builds a topic; `root` is the topic of the station, or the base for those of the bridge. */
export function topicOf<Name extends AddressName>(
  name: Name,
  root: string,
  ...[levels]: Level<Name> extends never ? [] : [Levels<Name>]
): string {
  const values: Readonly<Record<string, string | number>> = levels ?? {};
  return addresses[name].replace(/\{(\w+)\}/g, (_, parameter: string) =>
    parameter === 'station' || parameter === 'base' ? root : encodeLevel(String(values[parameter])),
  );
}

/** Bytes that stand for themselves in a level. */
const plainText = /^[A-Za-z0-9_.:=@|~-]*$/;

/**
 * One topic level for any text: every byte of its UTF-8 outside `[A-Za-z0-9_.:=@|~-]` becomes `%XX`. Different
 * texts give different levels.
 */
export function encodeLevel(text: string): string {
  if (plainText.test(text)) return text;
  let level = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    level += plainText.test(character) ? character : percent(byte);
  }
  return level;
}

/** An identity as a level: `bridge` is a place of the gateway's own. */
export function encodeIdentity(identity: string): string {
  return identity === 'bridge' ? '%62ridge' : encodeLevel(identity);
}

/** The text of a level; null when it is not one that `encodeLevel` can make of any text. */
export function decodeLevel(level: string): string | null {
  try {
    return decodeURIComponent(level);
  } catch {
    return null;
  }
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** What a message behind the topic of a station is for. */
export type StationPart =
  | { kind: 'command'; evse: number | null; action: string | null }
  | { kind: 'set'; evse: number | null; key: string }
  | { kind: 'call'; action: string }
  | { kind: 'answer'; id: string };

/** Parses what stands behind `S/`; null for everything that nobody tells us, so for all that we publish. */
export function parseStationPart(part: string): StationPart | null {
  const levels = part.split('/');
  let evse: number | null = null;
  if (levels[0] === 'evse') {
    evse = parseEvse(levels[1]);
    if (evse === null) return null;
    levels.splice(0, 2);
  }
  const [verb, name, ...more] = levels;
  if (more.length > 0) return null;
  if (verb === 'cmd' && name === undefined) return { kind: 'command', evse, action: null };
  if (name === undefined) return null;
  const text = decodeLevel(name);
  if (text === null) return null;
  if (verb === 'set') return { kind: 'set', evse, key: text };
  if (evse !== null) return null;
  if (verb === 'call') return { kind: 'call', action: text };
  if (verb === 'answer') return { kind: 'answer', id: text };
  // `S/cmd/`: the openHAB file of the earlier program publishes there
  return verb === 'cmd' ? { kind: 'command', evse, action: text === '' ? null : text } : null;
}

function parseEvse(level: string | undefined): number | null {
  return level !== undefined && /^[1-9]\d{0,4}$/.test(level) ? Number(level) : null;
}

/** What a message behind the base is for. */
export function parseBridgePart(part: string): 'bridge_command' | 'bridge_state' | null {
  if (part === 'bridge/cmd') return 'bridge_command';
  return part === 'bridge/state' ? 'bridge_state' : null;
}

/** Filters for what is told to a station; `root` may end with the wildcard `+`. No two of them overlap. */
export function stationFilters(root: string): string[] {
  // `x/#` matches `x` itself (MQTT 5 §4.7.1.2), so this is S/cmd, S/cmd/ and S/cmd/<action>
  return [
    `${root}/cmd/#`,
    `${root}/evse/+/cmd`,
    `${root}/set/+`,
    `${root}/evse/+/set/+`,
    `${root}/call/+`,
    `${root}/answer/+`,
  ];
}

/** Whether a topic matches a filter. MQTT 5 §4.7. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [at, want] of wanted.entries()) {
    if (want === '#') return true;
    if (at >= levels.length) return false;
    if (want !== '+' && want !== levels[at]) return false;
  }
  return wanted.length === levels.length;
}

/** Why a text cannot be a topic to publish on; null when it can. MQTT 5 §4.7.1, §4.7.2, §4.7.3. */
export function topicFault(topic: string): string | null {
  if (topic === '') return 'it is empty';
  if (/[+#]/.test(topic)) return 'it has a wildcard';
  if (topic.startsWith('$')) return 'topics with $ belong to the broker';
  if (Buffer.byteLength(topic) > 1024) return 'it is longer than 1024 bytes';
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused
  return /[\u0000-\u001f\u007f]/.test(topic) ? 'it has a control character' : null;
}
