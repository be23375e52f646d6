import type { ChargingProfiles } from './charging-profiles.ts';
import type { SimulatorClock } from './clock.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import type { Evse } from './evse.ts';
import type { Vehicle } from './vehicle.ts';

/** What a station says about itself. */
export interface Identity {
  id: string;
  vendor: string;
  model: string;
  serialNumber: string;
  firmware: string;
}

/** The body of a station: what every OCPP version finds when it is put in. */
export interface StationBody {
  identity: Identity;
  clock: SimulatorClock;
  /** For what takes the station itself time: booting, installing, uploading. */
  pace: SimulatorClock;
  /** By connector, from 1. */
  evses: readonly Evse[];
  /** A per phase of one EVSE. */
  hardwareLimit: number;
  profiles: ChargingProfiles;
  /** Seconds between two samples during a transaction. */
  meterInterval: number;
  password: string | undefined;
  /** Over TLS, and with a client certificate. */
  secure: boolean;
  hasCertificate: boolean;
  connectWith: (events: ConnectionEvents) => Connection;
  log: (text: string) => void;
  /** Something changed that somebody may be waiting for. */
  changed: () => void;
}

export type Registration = 'off' | 'booting' | 'pending' | 'rejected' | 'accepted';

export interface ConnectorStatusView {
  id: number;
  /** In the words of the OCPP version. */
  status: string;
  transactionId: string | undefined;
  /** W. */
  power: number;
  /** Wh. */
  energy: number;
  /** A per phase. */
  offered: number;
  /** Percent; undefined without a vehicle. */
  soc: number | undefined;
}

export interface StationView {
  registration: Registration;
  online: boolean;
  /** Messages that wait for the CSMS. */
  queued: number;
  firmware: string;
  connectors: ConnectorStatusView[];
}

/** How a station of one OCPP version behaves towards people and towards its CSMS. */
export interface Behaviour {
  powerUp(): void;
  /** Switched off properly: resolves when what can be delivered is delivered and the connection is closed. */
  powerDown(): Promise<void>;
  /** The power fails: nothing is said to anybody. */
  powerLoss(): void;
  plug(connectorId: number, vehicle: Vehicle): void;
  unplug(connectorId: number): void;
  /** Resolves with what the station decided. */
  presentCard(idToken: string, connectorId: number): Promise<CardOutcome>;
  /** 0: the station itself. */
  fault(code: string, connectorId: number): void;
  clearFault(connectorId: number): void;
  goOffline(): void;
  goOnline(): void;
  view(): StationView;
  settled(): Promise<void>;
}

export type CardOutcome = 'started' | 'waiting for cable' | 'stopped' | 'cancelled' | 'refused';
