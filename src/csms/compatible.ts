import { isoSeconds } from './event.ts';
import type { AppliedEffect, StationInfo } from './model.ts';
import type { Station } from './station.ts';
import { transactionEnergy, type Tariff } from './transactions.ts';

/**
 * The keys of the earlier ocpp2mqtt, from the same effects as the neutral ones. Energies in Wh here, as its users'
 * rules expect; measurands are written beside the neutral values (metering).
 */
export function applyCompatible(station: Station, effect: AppliedEffect, tariff: Tariff): void {
  const { state } = station;
  switch (effect.type) {
    case 'connected':
      state.setCompatible('connection_state', 'CONNECTED');
      state.setCompatible('last_connected', isoSeconds(effect.time));
      state.setCompatible('heartbeat', 'ON');
      return;
    case 'disconnected':
      state.setCompatible('connection_state', 'DISCONNECTED');
      state.setCompatible('last_disconnected', isoSeconds(effect.time));
      state.setCompatible('disconnect_reason', effect.reason);
      state.setCompatible('heartbeat', 'OFF');
      noFlow(station);
      return;
    case 'heartbeat':
      state.setCompatible('heartbeat', 'ON');
      // watchdogs count on one at every Heartbeat
      state.tell('heartbeat');
      return;
    case 'boot':
      applyInfo(station, effect.info);
      return;
    case 'status':
      // connector 0 never overwrites the status of a connector
      if (effect.evse > 0) {
        state.setCompatible('status', effect.status16);
        state.setCompatible('error_code', effect.errorCode);
        state.setCompatible('connector_id', effect.evse);
        if (effect.status !== 'charging') noFlow(station);
      }
      state.setCompatible('connection_state', 'CONNECTED');
      state.setCompatible('last_status_change', isoSeconds(effect.time));
      setKnown(station, 'info', effect.info);
      setKnown(station, 'vendor_id', effect.vendorId);
      setKnown(station, 'vendor_error_code', effect.vendorErrorCode);
      setKnown(station, 'timestamp', effect.timestamp);
      return;
    case 'authorized':
      state.setCompatible('authorize', effect.status === 'Accepted' ? 'Accepted' : 'Blocked');
      return;
    case 'transaction_started': {
      const { transaction } = effect;
      setKnown(station, 'transaction_id', transaction.id);
      if (transaction.meterStart !== null) state.setCompatible('meter_start', transaction.meterStart);
      state.setCompatible('meter_start_timestamp', transaction.start);
      if (transaction.reservationId !== undefined)
        state.setCompatible('reservation_id', transaction.reservationId);
      return;
    }
    case 'transaction_stopped':
      applyStop(station, effect, tariff);
      return;
    case 'meter':
      // a late value of an ended transaction must not hide the id that stops the running one
      if (effect.transaction !== null && station.transactions.has(effect.transaction))
        setKnown(station, 'transaction_id', effect.transaction);
      return;
    case 'data_transfer':
      setKnown(station, 'vendor_id', effect.vendorId);
      setKnown(station, 'message_id', effect.messageId);
      setKnown(station, 'data', effect.data);
      return;
    case 'transaction_updated':
    case 'firmware':
    case 'diagnostics':
      return;
  }
}

function noFlow(station: Station): void {
  station.state.setCompatible('power_active_import', 0);
  station.state.setCompatible('current_import', 0);
}

/** An empty text would clear the topic. */
function setKnown(station: Station, key: string, value: string | undefined): void {
  if (value !== undefined && value !== '') station.state.setCompatible(key, value);
}

function applyInfo(station: Station, info: StationInfo): void {
  setKnown(station, 'charge_point_vendor', info.vendor);
  setKnown(station, 'charge_point_model', info.model);
  setKnown(station, 'charge_point_serial_number', info.serialNumber);
  setKnown(station, 'charge_box_serial_number', info.boxSerialNumber);
  setKnown(station, 'firmware_version', info.firmwareVersion);
  setKnown(station, 'iccid', info.iccid);
  setKnown(station, 'imsi', info.imsi);
  setKnown(station, 'meter_type', info.meterType);
  setKnown(station, 'meter_serial_number', info.meterSerialNumber);
}

function applyStop(
  station: Station,
  effect: Extract<AppliedEffect, { type: 'transaction_stopped' }>,
  tariff: Tariff,
): void {
  const { state } = station;
  if (effect.meterStop !== null) state.setCompatible('meter_stop', effect.meterStop);
  state.setCompatible('meter_stop_timestamp', effect.end);
  state.setCompatible('meter_stop_reason', effect.reason);
  state.setCompatible('reason', effect.reason);
  // applied before the neutral projection closes the transaction
  const transaction = station.transactions.get(effect.id);
  if (transaction === undefined) return;
  const energy = transactionEnergy({ ...transaction, meterStop: effect.meterStop });
  if (energy === null) return;
  state.setCompatible('meter_diff', energy);
  if (tariff.pricePerKwh === null) return;
  const cost = (energy / 1000) * tariff.pricePerKwh;
  state.setCompatible('meter_cost', Math.round(cost * 1e4) / 1e4);
  const before = Number(state.get(0, 'meter_cost_cumulative') ?? 0);
  state.setCompatible('meter_cost_cumulative', Math.round((before + cost) * 1e4) / 1e4);
}
