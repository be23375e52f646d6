import { GatewayError } from '../errors.ts';
import type { Admission, Candidate, PendingStation, Registry, StationSettings } from './core.ts';
import { isPrivateAddress } from './addresses.ts';
import type { Clock } from './ports.ts';
import type { Station } from './station.ts';

/** What the registry needs from the core; it decides, others make and keep. */
export interface RegistryOptions {
  clock: Clock;
  join: 'open' | 'window' | 'closed';
  expectedStations: readonly string[];
  /** Only one place: the topic is the base itself. */
  singleStation: boolean;
  windowEnd(): number | null;
  setWindowEnd(end: number): void;
  create(id: string): Station;
  changed(station: Station): void;
  removed(station: Station): void;
  /** First attempt of an unknown station within a minute. */
  refused(pending: PendingStation, reason: string): void;
  /** It joined, or newer unknown stations pushed it out of the list. */
  notPending(id: string): void;
}

/** The join window stays open this long after the first station joined, ms. */
const windowMs = 30 * 60_000;
/** One line and one event for each refused station in this time, ms. */
const noticeMs = 60_000;
const maxPending = 200;

export const maxIdentityLength = 48;

/** Why an identity cannot be one; null when it can. OCPP-J 1.6 §3.1.1; 2.1 part 4 §3.1.1: at most 48 characters. */
export function identityProblem(id: string): string | null {
  if (id === '') return 'it is empty';
  if (id.length > maxIdentityLength) return `it is longer than ${maxIdentityLength} characters`;
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(id)) return 'it has control characters';
  return null;
}

export function createRegistry(options: RegistryOptions, known: Iterable<Station>): Registry {
  const { clock } = options;
  const byKey = new Map<string, Station>();
  const pending = new Map<string, PendingStation>();
  const expected = new Set(options.expectedStations.map(keyOf));
  let permittedUntil = 0;

  for (const station of known) byKey.set(keyOf(station.id), station);

  function join(id: string): Station {
    const station = options.create(id);
    byKey.set(keyOf(id), station);
    dropPending(id);
    options.changed(station);
    return station;
  }

  function dropPending(id: string): void {
    const entry = pending.get(keyOf(id));
    if (entry === undefined) return;
    pending.delete(keyOf(id));
    options.notPending(entry.id);
  }

  /** Single-station mode: the one that has the place, or may take it. */
  function placeTakenBy(id: string): string | null {
    if (!options.singleStation) return null;
    const [only] = options.expectedStations;
    if (options.expectedStations.length === 1 && only !== undefined)
      return keyOf(only) === keyOf(id) ? null : only;
    // several may be known from a time when each had its topic: the first to join has the place
    let holder: Station | null = null;
    for (const station of byKey.values())
      if (holder === null || station.joinedAt < holder.joinedAt) holder = station;
    return holder === null || keyOf(holder.id) === keyOf(id) ? null : holder.id;
  }

  function mayJoin(id: string, address: string): boolean {
    if (expected.has(keyOf(id)) || permittedUntil > clock.now()) return true;
    if (options.join !== 'window') return options.join === 'open';
    const end = options.windowEnd();
    return (end === null || end > clock.now()) && isPrivateAddress(address);
  }

  function refuse(
    candidate: Candidate,
    id: string,
    refused: 'unknown' | 'place_taken',
    reason: string,
  ): Admission {
    const now = clock.now();
    const seen = pending.get(keyOf(id));
    const entry: PendingStation = {
      id,
      address: candidate.address,
      offered: candidate.offered,
      lastSeen: now,
      attempts: (seen?.attempts ?? 0) + 1,
    };
    pending.delete(keyOf(id));
    pending.set(keyOf(id), entry);
    const [oldest] = pending.values();
    if (pending.size > maxPending && oldest !== undefined) dropPending(oldest.id);
    if (seen === undefined || now - seen.lastSeen >= noticeMs) options.refused(entry, reason);
    else entry.lastSeen = seen.lastSeen;
    return { refused, reason };
  }

  return {
    find: (id) => byKey.get(keyOf(id)) ?? null,
    all: () => byKey.values(),
    pending: () => [...pending.values()],
    admit(candidate) {
      const id = candidate.identity === '' ? `cp_${candidate.address}` : candidate.identity;
      const problem = identityProblem(id);
      if (problem !== null) return { refused: 'invalid', reason: `the identity is not usable: ${problem}` };
      const station = byKey.get(keyOf(id));
      const holder = placeTakenBy(id);
      if (holder !== null)
        return refuse(
          candidate,
          id,
          'place_taken',
          `MQTT_BASEPATH has place for one station, and ${JSON.stringify(holder)} has it; ` +
            `MQTT_USESTATIONNAME=true gives ${JSON.stringify(id)} a topic of its own`,
        );
      if (station === undefined && !mayJoin(id, candidate.address))
        return refuse(candidate, id, 'unknown', 'it is not registered and joining is not permitted');
      // the first one has come: the others have so long
      if (options.windowEnd() === null) options.setWindowEnd(clock.now() + windowMs);
      return { station: station ?? join(id) };
    },
    permitJoin(seconds) {
      permittedUntil = seconds > 0 ? clock.now() + seconds * 1000 : 0;
      if (seconds === 0) options.setWindowEnd(clock.now());
    },
    accept(id) {
      const problem = identityProblem(id);
      if (problem !== null)
        throw new GatewayError(
          'invalid_args',
          `The identity ${JSON.stringify(id)} is not usable: ${problem}.`,
        );
      const holder = placeTakenBy(id);
      if (holder !== null)
        throw new GatewayError('station_exists', `The one place is taken by ${JSON.stringify(holder)}.`);
      return byKey.get(keyOf(id)) ?? join(id);
    },
    set(station, settings: StationSettings) {
      const { topic } = settings;
      if (typeof topic === 'string')
        for (const other of byKey.values())
          if (other !== station && other.topic === topic)
            throw new GatewayError('invalid_args', `The topic is used by ${JSON.stringify(other.id)}.`);
      if (settings.name !== undefined) station.name = settings.name;
      if (settings.registration !== undefined) station.registration = settings.registration;
      if (settings.assume_version !== undefined) station.assumeVersion = settings.assume_version;
      if (settings.raw_frames !== undefined) station.rawFrames = settings.raw_frames;
      if (topic !== undefined) station.topic = topic;
      options.changed(station);
    },
    remove(station) {
      byKey.delete(keyOf(station.id));
      options.removed(station);
    },
  };
}

function keyOf(id: string): string {
  return id.toLowerCase();
}
