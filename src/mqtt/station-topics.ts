import { GatewayError } from '../errors.ts';
import {
  type StationPart,
  decodeLevel,
  encodeIdentity,
  matches,
  parseBridgePart,
  parseStationPart,
  stationFilters,
  topicFault,
  topicOf,
} from './topics.ts';

export interface TopicOptions {
  /** MQTT_BASEPATH as it was set; null when it was not. */
  basePath: string | null;
  /** It was set where the earlier program read it: the environment or `.env`. */
  basePathIsEnvironment: boolean;
  /** MQTT_USESTATIONNAME is exactly `true`. */
  useStationName: boolean;
}

/** Where stations are published. `prefix: null`: single-station mode, `S` is the base itself. */
export interface Layout {
  readonly base: string;
  readonly prefix: string | null;
}

export function layoutOf({ basePath, basePathIsEnvironment, useStationName }: TopicOptions): Layout {
  if (basePath === null) return { base: 'ocpp', prefix: 'ocpp/' };
  const base = basePath.replace(/\/+$/, '');
  const fault = topicFault(base);
  if (fault !== null) throw new GatewayError('config_invalid', `MQTT_BASEPATH cannot be a topic: ${fault}`);
  // joined as they stand: the earlier program added no slash
  if (useStationName) return { base, prefix: basePath };
  return { base, prefix: basePathIsEnvironment ? null : `${base}/` };
}

/** A message that somebody publishes for us. `root` is the station's topic as it stands in the message's. */
export type Incoming =
  | { kind: 'bridge_command' }
  | { kind: 'bridge_state' }
  | (StationPart & { root: string; station: string; isRegistered: boolean });

/** Which station is published where. */
export interface StationTopics {
  readonly base: string;
  /** The station's topic, `S`. */
  of(stationId: string): string;
  isRegistered(stationId: string): boolean;
  /** Registers a station; `wanted` is its own topic or null. Returns why `wanted` is not used, or null. */
  place(stationId: string, wanted: string | null): string | null;
  remove(stationId: string): void;
  /** To subscribe for all stations. No two filters overlap, for MQTT 5 delivers overlapping ones twice (§3.3.4). */
  readonly commonFilters: readonly string[];
  /** To subscribe for this station besides. */
  filtersOf(stationId: string): string[];
  parse(topic: string): Incoming | null;
  /** Lies under the topics of this gateway. */
  isOwn(topic: string): boolean;
}

export function createStationTopics({ base, prefix }: Layout): StationTopics {
  /** By identity as registered. */
  const roots = new Map<string, string>();
  const stations = new Map<string, string>();
  /** Topics that `station_set` gave. */
  const chosen = new Set<string>();

  const defaultRoot = (stationId: string): string =>
    prefix === null ? base : `${prefix}${encodeIdentity(stationId)}`;

  const isDirectlyBelowBase = (topic: string): boolean =>
    prefix === `${base}/` && matches(`${base}/+`, topic) && topic !== `${base}/bridge`;

  /** Why a station cannot be published there; null when it can. */
  function placeFault(topic: string, stationId: string): string | null {
    const fault = topicFault(topic);
    if (fault !== null) return fault;
    if (topic.endsWith('/')) return 'it ends with a slash';
    const owner = stations.get(topic);
    if (owner !== undefined && owner !== stationId) return `${owner} is published there`;
    if (!isDirectlyBelowBase(topic) && isNested(topic, base)) return 'it lies in the base topic, or holds it';
    for (const root of chosen) {
      if (root !== topic && isNested(root, topic)) return `it lies in ${root}, or holds it`;
    }
    return null;
  }

  /** The root of a topic: one of `station_set`, else the base, else one level behind the prefix. */
  function rootIn(topic: string): string | null {
    for (let end = topic.indexOf('/', 1); end !== -1; end = topic.indexOf('/', end + 1)) {
      const root = topic.slice(0, end);
      if (chosen.has(root)) return root;
    }
    if (prefix === null) return topic.startsWith(`${base}/`) ? base : null;
    if (!topic.startsWith(prefix)) return null;
    const end = topic.indexOf('/', prefix.length);
    return end === -1 ? null : topic.slice(0, end);
  }

  function stationAt(root: string): { station: string; isRegistered: boolean } {
    const known = stations.get(root);
    if (known !== undefined) return { station: known, isRegistered: true };
    if (prefix === null) return { station: '', isRegistered: false };
    const level = root.slice(prefix.length);
    const station = decodeLevel(level) ?? level;
    // another case, or another spelling of the same bytes; not the old place of one that moved
    const id = [...roots.keys()].find((id) => id.toLowerCase() === station.toLowerCase());
    return { station: id ?? station, isRegistered: id !== undefined && roots.get(id) === defaultRoot(id) };
  }

  return {
    base,
    of: (stationId) => roots.get(stationId) ?? defaultRoot(stationId),
    isRegistered: (stationId) => roots.has(stationId),
    place(stationId, wanted) {
      this.remove(stationId);
      const fault = wanted === null ? null : placeFault(wanted, stationId);
      const root = wanted === null || fault !== null ? defaultRoot(stationId) : wanted;
      roots.set(stationId, root);
      stations.set(root, stationId);
      if (root !== defaultRoot(stationId)) chosen.add(root);
      return fault;
    },
    remove(stationId) {
      const root = roots.get(stationId);
      if (root === undefined) return;
      roots.delete(stationId);
      chosen.delete(root);
      if (stations.get(root) === stationId) stations.delete(root);
    },
    commonFilters: commonFiltersOf({ base, prefix }),
    filtersOf(stationId) {
      const root = roots.get(stationId);
      return root === undefined || isCovered(root) ? [] : stationFilters(root);
    },
    parse(topic) {
      if (topic.startsWith(`${base}/bridge/`)) {
        const kind = parseBridgePart(topic.slice(base.length + 1));
        return kind === null ? null : { kind };
      }
      const root = rootIn(topic);
      const part = root === null ? null : parseStationPart(topic.slice(root.length + 1));
      return root === null || part === null ? null : { ...part, root, ...stationAt(root) };
    },
    isOwn(topic) {
      if (isIn(topic, base)) return true;
      return [...stations.keys()].some((root) => isIn(topic, root));
    },
  };

  /** The common filters hold it already. */
  function isCovered(root: string): boolean {
    if (prefix === null) return root === base;
    return prefix.endsWith('/') && matches(`${prefix}+`, root);
  }
}

function commonFiltersOf({ base, prefix }: Layout): string[] {
  const filters: string[] = [];
  if (prefix === null) filters.push(...stationFilters(base));
  else if (prefix.endsWith('/')) filters.push(...stationFilters(`${prefix}+`));
  const command = topicOf('bridge_command', base);
  if (!filters.some((filter) => matches(filter, command))) filters.push(command);
  return [...filters, topicOf('bridge_state', base)];
}

/** Whether a topic is `other` or lies in it. */
function isIn(topic: string, other: string): boolean {
  return topic === other || topic.startsWith(`${other}/`);
}

function isNested(one: string, other: string): boolean {
  return isIn(one, other) || isIn(other, one);
}
