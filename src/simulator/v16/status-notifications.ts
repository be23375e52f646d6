import { createTimer, type SimulatorClock, type Timer } from '../clock.ts';
import type { Calls } from './calls.ts';
import type { Configuration } from './configuration.ts';
import type { Request } from './messages.ts';

type Notification = Request<'StatusNotification'>;

/** What can be notified of a connector, or of the station as connector 0. */
export type StatusReport = Pick<Notification, 'status' | 'errorCode' | 'vendorErrorCode' | 'info'>;

/** Tells the CSMS each change of status, after it has lasted for MinimumStatusDuration. OCPP 1.6 §4.9. */
export interface StatusNotifications {
  /** Looks at a connector and notifies if something changed. */
  check(connectorId: number): void;
  checkAll(): void;
  /** Notifies all statuses, changed or not: after a boot. OCPP 1.6 errata sheet §3.22. */
  sendAll(): void;
  /** Notifies now, changed or not. */
  send(connectorId: number): void;
  stop(): void;
}

export interface StatusParts {
  clock: SimulatorClock;
  configuration: Configuration;
  calls: Calls;
  connectorIds: readonly number[];
  look: (connectorId: number) => StatusReport;
}

export function createStatusNotifications(parts: StatusParts): StatusNotifications {
  const { clock, configuration, calls, connectorIds, look } = parts;
  const notified = new Map<number, string>();
  const seen = new Map<number, { report: string; since: number }>();
  const timers = new Map<number, Timer>(connectorIds.map((id) => [id, createTimer(clock)]));

  function observe(connectorId: number): { report: StatusReport; text: string; since: number } {
    const report = look(connectorId);
    const text = JSON.stringify([report.status, report.errorCode, report.vendorErrorCode]);
    const before = seen.get(connectorId);
    const since = before?.report === text ? before.since : clock.now();
    seen.set(connectorId, { report: text, since });
    return { report, text, since };
  }

  function send(connectorId: number): void {
    const { report, text, since } = observe(connectorId);
    timers.get(connectorId)?.cancel();
    // What happened while the station could not tell is told when it can: the current status only. §4.9.
    if (!calls.allowed) return;
    notified.set(connectorId, text);
    calls.notify('StatusNotification', { connectorId, ...report, timestamp: new Date(since).toISOString() });
  }

  function check(connectorId: number): void {
    const { text, since } = observe(connectorId);
    const timer = timers.get(connectorId);
    timer?.cancel();
    if (notified.get(connectorId) === text) return;
    const left = since + configuration.integer('MinimumStatusDuration') * 1000 - clock.now();
    if (left <= 0) send(connectorId);
    else timer?.set(left, () => check(connectorId));
  }

  return {
    check,
    checkAll: () => connectorIds.forEach(check),
    sendAll: () => connectorIds.forEach(send),
    send,
    stop: () => timers.forEach((timer) => timer.cancel()),
  };
}
