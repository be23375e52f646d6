import { loadProtocol } from '../ocpp/validator.ts';
import type { OcppVersion } from '../ocpp/version.ts';
import { createChargingProfiles } from './charging-profiles.ts';
import type { Behaviour, CardOutcome, StationBody, StationView } from './behaviour.ts';
import { hurry, systemClock, type SimulatorClock } from './clock.ts';
import { createConnection, type TlsOptions } from './connection.ts';
import { createEvse } from './evse.ts';
import { createRandom, seedOf } from './random.ts';
import { createStation16 } from './v16/station.ts';
import { createVehicle, type Vehicle } from './vehicle.ts';

export interface StationOptions {
  id: string;
  /** Of the CSMS, ws: or wss:; the station's id is appended. */
  url: string;
  version?: SimulatedVersion;
  /** How many; default 1. */
  connectors?: number;
  /** Phases of its supply; default 3. */
  phases?: 1 | 3;
  /** A per phase of one connector; default 32. */
  maxCurrent?: number;
  /** For HTTP Basic authentication. */
  password?: string;
  tls?: TlsOptions;
  /** Default: the computer's. */
  clock?: SimulatorClock;
  /** How many times faster than a real one it boots, installs, uploads and reconnects; default 1. */
  speed?: number;
  /** Chance is repeatable; default: made of the id. */
  seed?: number;
  /** Seconds between two samples during a transaction; default 60. */
  meterInterval?: number;
  vendor?: string;
  model?: string;
  serialNumber?: string;
  firmware?: string;
  /** Wh which the meter shows at first; default: by chance. */
  startEnergyWh?: number;
}

/** The versions that can be simulated. */
export type SimulatedVersion = Extract<OcppVersion, 'ocpp1.6'>;

interface StationEvents {
  /** Each frame as it is on the wire. */
  frame: (direction: 'in' | 'out', text: string) => void;
  /** Something went on, for people. */
  log: (text: string) => void;
}

/** A charging station with people and vehicles around it. Connectors are counted from 1. */
export interface SimulatedStation {
  readonly id: string;
  /** Switches it on: it connects and boots. */
  start(): void;
  /** Switches it off properly. Resolves when transactions are ended and told, and the connection is closed. */
  stop(): Promise<void>;
  /** Its power fails. `start` brings it back. */
  crash(): void;
  /** A vehicle arrives and is plugged in. */
  plug(connector?: number, vehicle?: Vehicle): void;
  unplug(connector?: number): void;
  /** Resolves with what the station made of it. */
  presentCard(idToken: string, connector?: number): Promise<CardOutcome>;
  /** An error code of OCPP, or one of the vendor's own; connector 0: the whole station. */
  fault(code: string, connector?: number): void;
  clearFault(connector?: number): void;
  /** Its network fails: the connection breaks without a close frame. Messages wait. */
  goOffline(): void;
  goOnline(): void;
  readonly view: StationView;
  /** The return value ends it. */
  on<E extends keyof StationEvents>(event: E, listener: StationEvents[E]): () => void;
  /** Resolves as soon as the station is so. */
  until(predicate: (view: StationView) => boolean): Promise<void>;
  /** Resolves when it waits for nothing but time: no handshake and no answer is outstanding. */
  settled(): Promise<void>;
}

const behaviours: Record<SimulatedVersion, (body: StationBody) => Behaviour> = {
  'ocpp1.6': createStation16,
};

/** Builds a station; it is switched off. Throws TypeError when the URL is none. */
export function createStation(options: StationOptions): SimulatedStation {
  const { id, version = 'ocpp1.6', clock = systemClock, tls = {}, maxCurrent = 32, phases = 3 } = options;
  const random = createRandom(options.seed ?? seedOf(id));
  const pace = hurry(clock, options.speed ?? 1);
  const url = stationUrl(options.url, id);
  const listeners: { [E in keyof StationEvents]: Set<StationEvents[E]> } = {
    frame: new Set(),
    log: new Set(),
  };
  const waiting = new Set<() => void>();

  function log(text: string): void {
    for (const listener of listeners.log) listener(text);
  }

  function changed(): void {
    for (const check of waiting) check();
  }

  const energyWh = options.startEnergyWh ?? Math.floor(random() * 900_000);
  const behaviour = behaviours[version]({
    identity: {
      id,
      vendor: options.vendor ?? 'ocpp2mqtt',
      model: options.model ?? (phases === 3 ? 'Simulated 22' : 'Simulated 7'),
      serialNumber: options.serialNumber ?? `SIM${seedOf(id).toString().padStart(10, '0')}`,
      firmware: options.firmware ?? '1.4.2',
    },
    clock,
    pace,
    evses: Array.from({ length: options.connectors ?? 1 }, () =>
      createEvse({ clock, random, phases, startEnergyWh: energyWh }),
    ),
    hardwareLimit: maxCurrent,
    profiles: createChargingProfiles(),
    meterInterval: options.meterInterval ?? 60,
    password: options.password,
    secure: url.startsWith('wss:'),
    hasCertificate: tls.cert !== undefined,
    connectWith: (events) =>
      createConnection(
        {
          url,
          protocol: () => loadProtocol(version),
          tls,
          clock,
          pace,
          random,
          log,
          onFrame(direction, text) {
            for (const listener of listeners.frame) listener(direction, text);
            changed();
          },
        },
        events,
      ),
    log,
    changed,
  });

  return {
    id,
    start: () => behaviour.powerUp(),
    stop: () => behaviour.powerDown(),
    crash: () => behaviour.powerLoss(),
    plug: (connector = 1, vehicle = createVehicle({ soc: 20 + random() * 60 })) =>
      behaviour.plug(connector, vehicle),
    unplug: (connector = 1) => behaviour.unplug(connector),
    presentCard: (idToken, connector = 1) => behaviour.presentCard(idToken, connector),
    fault: (code, connector = 1) => behaviour.fault(code, connector),
    clearFault: (connector = 1) => behaviour.clearFault(connector),
    goOffline: () => behaviour.goOffline(),
    goOnline: () => behaviour.goOnline(),
    get view() {
      return behaviour.view();
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => listeners[event].delete(listener);
    },
    until(predicate) {
      return new Promise((resolve) => {
        function check(): void {
          if (!predicate(behaviour.view())) return;
          waiting.delete(check);
          resolve();
        }
        waiting.add(check);
        check();
      });
    },
    settled: () => behaviour.settled(),
  };
}

/** OCPP-J 1.6 §3.1.1: the id, percent-encoded, is the last part of the path. */
function stationUrl(base: string, id: string): string {
  const url = new URL(base);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new TypeError(`${base} is no WebSocket URL: it has to begin with ws:// or wss://`);
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(id)}`;
  return url.href;
}
