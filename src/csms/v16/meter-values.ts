import type { MeterValuesRequest, MeterValuesResponse } from '../../ocpp/generated/v16/types.ts';
import type { Handler } from '../handlers.ts';
import { registerOf } from '../metering.ts';
import type { Effect, EventHead, MeterSample } from '../model.ts';
import { readTime } from '../time.ts';
import { attribute } from '../transactions.ts';
import { knownUnit, parseNumber, toBaseUnit } from '../units.ts';

type MeterValue = MeterValuesRequest['meterValue'][number];
type SampledValue = MeterValue['sampledValue'][number];

/** No meter counts so far in any base unit; sums stay exact below it. */
const largestValue = 1e15;

interface Read {
  samples: MeterSample[];
  signed: boolean;
}

/** OCPP 1.6 §4.7. */
export const meterValues: Handler<MeterValuesRequest, MeterValuesResponse> = {
  retried: true,
  handle(request, { core, station, time, anomalies }) {
    const read = readMeterValues(request.meterValue, time, anomalies);
    const { transactionId } = request;
    const id = transactionId === undefined ? null : String(transactionId);
    const isOurs = core.transactionIds.isOurs(transactionId ?? 0, station.joinedAt);
    const transaction = attribute(station, request.connectorId, id, isOurs);
    // 0, -1 or an id of somebody else's: real stations mix them up in the middle of a transaction
    if (id !== null && transaction?.id !== id) anomalies.push('unknown_transaction');
    const register = registerOf(read.samples);
    const head: EventHead = {
      kind: 'meter',
      event: 'sampled',
      evse: request.connectorId,
      ...(request.connectorId > 0 && { connector: 1 }),
      ...(transaction !== null && { transaction: transaction.id }),
      ...(register !== null && { meter: register / 1000 }),
    };
    return { response: {}, head, effects: [meterEffect(read, request.connectorId, head, time)] };
  },
  effects(request, head, _response, time) {
    return [meterEffect(readMeterValues(request.meterValue, time, []), request.connectorId, head, time)];
  },
};

function meterEffect(read: Read, evse: number, head: EventHead, time: number): Effect {
  const connector = evse === 0 ? 0 : 1;
  return { type: 'meter', time, evse, connector, transaction: head.transaction ?? null, ...read };
}

/**
 * Samples with the defaults of OCPP 1.6 §7.43: Energy.Active.Import.Register, Wh, Sample.Periodic, Outlet, Raw. A
 * value that is no number is an anomaly and costs only itself.
 */
export function readMeterValues(meterValue: readonly MeterValue[], time: number, anomalies: string[]): Read {
  const samples: MeterSample[] = [];
  let signed = false;
  for (const entry of meterValue) {
    const at = readTime(entry.timestamp, time);
    if (at.anomaly !== null) note(anomalies, at.anomaly);
    for (const sampled of entry.sampledValue) {
      if (sampled.format === 'SignedData') {
        signed = true;
        continue;
      }
      const sample = readSample(sampled, at.text, anomalies);
      if (sample !== null) samples.push(sample);
    }
  }
  return { samples, signed };
}

function readSample(sampled: SampledValue, time: string, anomalies: string[]): MeterSample | null {
  const number = parseNumber(sampled.value);
  const value = number === null ? null : toBaseUnit(number, sampled.unit);
  if (value === null || Math.abs(value) > largestValue) {
    note(anomalies, 'value_not_a_number');
    return null;
  }
  if (sampled.unit !== undefined && !knownUnit(sampled.unit)) note(anomalies, 'unknown_unit');
  return {
    measurand: sampled.measurand ?? 'Energy.Active.Import.Register',
    phase: sampled.phase ?? null,
    value,
    context: sampled.context ?? 'Sample.Periodic',
    location: sampled.location ?? 'Outlet',
    time,
  };
}

function note(anomalies: string[], anomaly: string): void {
  if (!anomalies.includes(anomaly)) anomalies.push(anomaly);
}
