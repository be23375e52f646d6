import { sentStartOf } from './authorization.ts';
import { isoSeconds } from './event.ts';
import { applySamples, registerOf, zeroFlow } from './metering.ts';
import type { AppliedEffect, EvseStatus, Transaction } from './model.ts';
import type { LiveMessage } from './ports.ts';
import { evseOf, type Evse, type Station } from './station.ts';
import { applyProgress } from './transaction-progress.ts';
import { transactionJson, type Tariff } from './transactions.ts';

/**
 * What a message meant becomes the station's state: the neutral topics. The same code runs live and when a start-up
 * reads the log's tail; only then `live` is absent.
 */
export interface ProjectionContext {
  tariff: Tariff;
  live: ((message: LiveMessage) => void) | null;
}

/** A running session's JSON follows its register at most this often: the values have topics of their own. */
const sessionRefreshMs = 5000;

const pluggedStatuses = new Set<EvseStatus>([
  'preparing',
  'charging',
  'suspended_ev',
  'suspended_evse',
  'finishing',
  'occupied',
]);

export function applyEffect(station: Station, effect: AppliedEffect, context: ProjectionContext): void {
  const { state } = station;
  switch (effect.type) {
    case 'connected':
      station.online = true;
      station.version = effect.version;
      state.setForm('availability', 0, 'online');
      state.set(0, 'ocpp_version', effect.version);
      state.set(0, 'last_seen', isoSeconds(effect.time));
      return;
    case 'disconnected':
      station.online = false;
      state.setForm('availability', 0, 'offline');
      return;
    case 'heartbeat':
      state.set(0, 'last_seen', isoSeconds(effect.time));
      return;
    case 'boot':
      station.info = effect.info;
      station.version = effect.version;
      state.set(0, 'ocpp_version', effect.version);
      if (effect.registration !== null) station.registration = effect.registration;
      state.set(0, 'last_boot', isoSeconds(effect.time));
      state.set(0, 'last_seen', isoSeconds(effect.time));
      return;
    case 'status':
      applyStatus(station, effect, context);
      return;
    case 'authorized':
      context.live?.({
        stationId: station.id,
        evse: null,
        topic: 'rfid',
        payload: {
          event_type: effect.status === 'Accepted' ? 'accepted' : 'refused',
          id_token: effect.idToken,
          evse: effect.evse,
        },
      });
      return;
    case 'transaction_started': {
      const { transaction } = effect;
      const evse = evseOf(station, transaction.evse);
      evse.transaction = transaction;
      station.transactions.set(transaction.id, transaction);
      forgetSentStart(station, transaction, effect.time);
      state.set(evse.id, 'transaction_active', true);
      if (transaction.meterStart !== null && transaction.meterStart > 0)
        state.set(evse.id, 'energy', transaction.meterStart / 1000);
      publishSession(station, evse, effect.time, context);
      sessionEvent(station, evse.id, 'started', context, {
        transaction: transaction.id,
        id_token: transaction.idToken,
      });
      return;
    }
    case 'transaction_updated': {
      const transaction = station.transactions.get(effect.id);
      if (transaction === undefined) return;
      applyProgress(transaction, effect);
      if (effect.idToken !== undefined || effect.start !== undefined)
        publishSession(station, evseOf(station, transaction.evse), effect.time, context);
      return;
    }
    case 'transaction_stopped':
      applyStop(station, effect, context);
      return;
    case 'meter':
      applyMeter(station, effect, context);
      return;
    case 'firmware':
      state.set(0, 'firmware_status', effect.status);
      return;
    case 'diagnostics':
      state.set(0, 'diagnostics_status', effect.status);
      return;
    case 'data_transfer':
      return;
  }
}

/** A start that we sent is answered for once. */
function forgetSentStart(station: Station, { idToken, evse }: Transaction, time: number): void {
  const sent = idToken === null ? null : sentStartOf(station, idToken, evse, time);
  if (sent !== null) station.sentStarts = station.sentStarts.filter((other) => other !== sent);
}

function applyStatus(
  station: Station,
  effect: Extract<AppliedEffect, { type: 'status' }>,
  context: ProjectionContext,
): void {
  const { state } = station;
  state.set(0, 'last_seen', isoSeconds(effect.time));
  if (effect.evse === 0) {
    state.set(0, 'station_status', effect.status);
    state.set(0, 'operative', effect.status !== 'unavailable');
    state.set(0, 'problem', effect.status === 'faulted' || hasProblem(effect.errorCode));
    return;
  }
  const evse = evseOf(station, effect.evse);
  if (!evse.connectors.includes(effect.connector)) evse.connectors.push(effect.connector);
  const before = state.get(evse.id, 'status') as EvseStatus | undefined;
  state.set(evse.id, 'status', effect.status);
  if (evse.connectors.length > 1)
    state.setConnector(evse.id, effect.connector, 'status', effect.connectorStatus ?? effect.status);
  state.set(evse.id, 'error_code', effect.errorCode);
  state.set(evse.id, 'problem', effect.status === 'faulted' || hasProblem(effect.errorCode));
  // a reserved or faulted EVSE says nothing about the cable
  if (effect.status !== 'reserved' && effect.status !== 'faulted' && effect.status !== 'unknown')
    state.set(evse.id, 'plugged', pluggedStatuses.has(effect.status));
  state.set(evse.id, 'charging', effect.status === 'charging');
  state.set(evse.id, 'operative', effect.status !== 'unavailable');
  state.set(evse.id, 'transaction_active', isRunning(station, evse));
  if (effect.status !== 'charging') zeroFlow(station, evse.id);
  const event = before === undefined ? null : sessionEventOf(before, effect.status);
  if (event !== null) sessionEvent(station, evse.id, event, context, {});
}

function hasProblem(errorCode: string): boolean {
  return errorCode !== '' && errorCode !== 'NoError';
}

function sessionEventOf(before: EvseStatus, now: EvseStatus): string | null {
  if (before === now) return null;
  if (now === 'suspended_ev' || now === 'suspended_evse')
    return before === 'suspended_ev' || before === 'suspended_evse' ? null : 'suspended';
  if (now === 'charging') return before === 'suspended_ev' || before === 'suspended_evse' ? 'resumed' : null;
  if (now === 'available') return pluggedStatuses.has(before) ? 'unplugged' : null;
  if (now === 'preparing' || now === 'occupied') return pluggedStatuses.has(before) ? null : 'plugged';
  return null;
}

function isRunning(station: Station, evse: Evse): boolean {
  return evse.transaction !== null && station.transactions.has(evse.transaction.id);
}

function applyStop(
  station: Station,
  effect: Extract<AppliedEffect, { type: 'transaction_stopped' }>,
  context: ProjectionContext,
): void {
  const transaction = station.transactions.get(effect.id);
  if (transaction === undefined) return;
  station.transactions.delete(effect.id);
  transaction.end = effect.end;
  transaction.meterStop = effect.meterStop;
  transaction.meterLast = effect.meterStop ?? transaction.meterLast;
  transaction.stopReason = effect.reason;
  if (effect.flags !== undefined) transaction.flags = [...(transaction.flags ?? []), ...effect.flags];
  if (effect.signed) transaction.signed = transaction.signed === 'start' ? 'both' : 'end';
  const evse = evseOf(station, transaction.evse);
  const { state } = station;
  if (effect.meterStop !== null && effect.meterStop > 0)
    state.set(evse.id, 'energy', effect.meterStop / 1000);
  if (evse.transaction?.id !== transaction.id) return;
  state.set(evse.id, 'transaction_active', false);
  zeroFlow(station, evse.id);
  publishSession(station, evse, effect.time, context);
  sessionEvent(station, evse.id, 'stopped', context, { transaction: transaction.id, reason: effect.reason });
}

function applyMeter(
  station: Station,
  effect: Extract<AppliedEffect, { type: 'meter' }>,
  context: ProjectionContext,
): void {
  if (effect.evse > 0) evseOf(station, effect.evse);
  applySamples(station, effect.evse, effect.samples);
  if (effect.transaction === null) return;
  const transaction = station.transactions.get(effect.transaction);
  if (transaction === undefined) return;
  const register = registerOf(effect.samples);
  if (register !== null && register >= (transaction.meterLast ?? 0)) transaction.meterLast = register;
  if (effect.signed)
    transaction.signed = effect.samples.some((sample) => sample.context === 'Transaction.Begin')
      ? 'start'
      : transaction.signed;
  const evse = evseOf(station, transaction.evse);
  if (effect.time - (evse.sessionAt ?? 0) >= sessionRefreshMs)
    publishSession(station, evse, effect.time, context);
}

function publishSession(station: Station, evse: Evse, time: number, context: ProjectionContext): void {
  evse.sessionAt = time;
  const transaction: Transaction | null = evse.transaction;
  if (transaction !== null)
    station.state.setForm(
      'session',
      evse.id,
      JSON.stringify(transactionJson(transaction, time, context.tariff)),
    );
}

function sessionEvent(
  station: Station,
  evse: number,
  event: string,
  context: ProjectionContext,
  more: Record<string, unknown>,
): void {
  context.live?.({
    stationId: station.id,
    evse,
    topic: 'session_event',
    payload: { event_type: event, evse, ...more },
  });
}
