import type { Registration, StationBody } from '../behaviour.ts';
import { createTimer } from '../clock.ts';
import { CallFailed, type Connection } from '../connection.ts';
import { messageOf } from '../../errors.ts';
import type { Calls } from './calls.ts';
import type { Configuration } from './configuration.ts';
import type { Response } from './messages.ts';

/** Booting, being accepted, staying in touch. OCPP 1.6 §4.2, §4.6; OCPP-J 1.6 §5.3, §5.4. */
export interface Registrar {
  readonly registration: Registration;
  readonly bootedHere: boolean;
  /** Begins anew: the next connection starts with a BootNotification. */
  powerUp(): void;
  powerDown(): void;
  opened(): void;
  closed(): void;
  sendBoot(): void;
  sendHeartbeat(): void;
  /** Begins the intervals anew after their configuration changed. */
  restartIntervals(): void;
}

export interface RegistrarParts {
  body: StationBody;
  connection: Connection;
  calls: Calls;
  configuration: Configuration;
  /** The first Accepted after a boot. */
  booted: () => void;
  /** Connected again without a boot. */
  resumed: () => void;
}

/** Waits this long before the next BootNotification where the CSMS leaves the choice, ms. */
const ownBootInterval = 60_000;

export function createRegistrar(parts: RegistrarParts): Registrar {
  const { body, calls, configuration } = parts;
  const { clock, identity, log } = body;
  const bootAgain = createTimer(clock);
  const heartbeat = createTimer(clock);
  const ping = createTimer(clock);
  let registration: Registration = 'off';
  let bootedHere = false;

  function sendBoot(): void {
    bootAgain.cancel();
    calls.asked(() => {
      calls
        .call('BootNotification', {
          chargePointVendor: identity.vendor,
          chargePointModel: identity.model,
          chargePointSerialNumber: identity.serialNumber,
          firmwareVersion: identity.firmware,
          meterType: 'simulated',
        })
        .then(judge, (error: unknown) => {
          log(`BootNotification: ${messageOf(error)}`);
          if (parts.connection.open) bootAgain.set(ownBootInterval, sendBoot);
        });
    });
  }

  function judge({ status, interval }: Response<'BootNotification'>): void {
    const wait = interval > 0 ? interval * 1000 : ownBootInterval;
    const before = registration;
    if (before === 'off') return;
    switch (status) {
      case 'Accepted':
        registration = 'accepted';
        bootedHere = true;
        if (interval > 0) configuration.set('HeartbeatInterval', String(interval));
        restartIntervals();
        if (before !== 'accepted') parts.booted();
        break;
      case 'Pending':
        registration = 'pending';
        bootAgain.set(wait, sendBoot);
        break;
      case 'Rejected':
        registration = 'rejected';
        // §4.2: nothing may be sent or answered; the channel may be closed meanwhile.
        parts.connection.disconnect();
        bootAgain.set(wait, () => parts.connection.connect());
        break;
    }
    body.changed();
  }

  function sendHeartbeat(): void {
    calls.call('Heartbeat', {}).catch((error: unknown) => {
      log(`Heartbeat: ${messageOf(error)}`);
      // Nobody there: what looks like a connection is none.
      if (error instanceof CallFailed && error.reason === 'timeout') parts.connection.reconnect();
    });
  }

  /** §9.1.10: the interval is one without any exchange. */
  function heartbeatLater(): void {
    const interval = configuration.integer('HeartbeatInterval') * 1000;
    if (interval === 0) return heartbeat.cancel();
    const quiet = clock.now() - parts.connection.lastExchange;
    heartbeat.set(quiet >= interval ? interval : interval - quiet, () => {
      const silent = clock.now() - parts.connection.lastExchange >= interval;
      if (silent && calls.allowed) sendHeartbeat();
      heartbeatLater();
    });
  }

  function pingLater(): void {
    const interval = configuration.integer('WebSocketPingInterval') * 1000;
    if (interval === 0) return ping.cancel();
    ping.set(interval, () => {
      parts.connection.ping();
      pingLater();
    });
  }

  function restartIntervals(): void {
    if (!parts.connection.open) return;
    heartbeatLater();
    pingLater();
  }

  function stopTimers(): void {
    for (const timer of [bootAgain, heartbeat, ping]) timer.cancel();
  }

  return {
    get registration() {
      return registration;
    },
    get bootedHere() {
      return bootedHere;
    },
    sendBoot,
    sendHeartbeat,
    restartIntervals,
    powerUp() {
      registration = 'booting';
      parts.connection.connect();
    },
    powerDown() {
      registration = 'off';
      stopTimers();
    },
    opened() {
      bootedHere = false;
      if (registration === 'accepted') {
        // OCPP-J 1.6 §5.4: a connection that comes back needs no boot.
        restartIntervals();
        parts.resumed();
      } else {
        sendBoot();
      }
      body.changed();
    },
    closed() {
      stopTimers();
      body.changed();
    },
  };
}
