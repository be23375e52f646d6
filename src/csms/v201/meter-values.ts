import type { MeterValuesRequest, MeterValuesResponse } from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import { registerOf } from '../metering.ts';
import type { Effect, EventHead, MeterSample } from '../model.ts';
import { runningTransaction } from '../station.ts';
import { readTime } from '../time.ts';
import { knownUnit, toBaseUnit } from '../units.ts';

type MeterValue = MeterValuesRequest['meterValue'][number];
type SampledValue = MeterValue['sampledValue'][number];

/** No meter counts so far in any base unit; sums stay exact below it. */
const largestValue = 1e15;

export interface Read {
  samples: MeterSample[];
  signed: boolean;
}

/** OCPP 2.0.1 J01: values outside of transactions; evseId 0 is the main meter. */
export const meterValues: Handler<MeterValuesRequest, MeterValuesResponse> = {
  retried: true,
  handle(request, { station, time, anomalies }) {
    const read = readMeterValues(request.meterValue, time, anomalies);
    const transaction = runningTransaction(station, request.evseId);
    const register = registerOf(read.samples);
    const head: EventHead = {
      kind: 'meter',
      event: 'sampled',
      evse: request.evseId,
      ...(transaction !== null && { transaction: transaction.id, connector: transaction.connector }),
      ...(register !== null && { meter: register / 1000 }),
    };
    return { response: {}, head, effects: [meterEffect(read, head, time)] };
  },
  effects(request, head, _response, time) {
    return [meterEffect(readMeterValues(request.meterValue, time, []), head, time)];
  },
};

/** What values meant for the EVSE and the transaction that the head names. */
export function meterEffect(read: Read, head: EventHead, time: number): Effect {
  const { evse = 0, connector = 0, transaction = null } = head;
  return { type: 'meter', time, evse, connector, transaction, ...read };
}

/**
 * Samples with the defaults of OCPP 2.0.1 §2.41: Energy.Active.Import.Register, Sample.Periodic, Outlet; unit Wh
 * with multiplier 0. The signed text of a value stays in the event.
 */
export function readMeterValues(meterValue: readonly MeterValue[], time: number, anomalies: string[]): Read {
  const samples: MeterSample[] = [];
  let signed = false;
  for (const entry of meterValue) {
    const at = readTime(entry.timestamp, time);
    if (at.anomaly !== null) note(anomalies, at.anomaly);
    for (const sampled of entry.sampledValue) {
      if (sampled.signedMeterValue !== undefined) signed = true;
      const sample = readSample(sampled, at.text, anomalies);
      if (sample !== null) samples.push(sample);
    }
  }
  return { samples, signed };
}

function readSample(sampled: SampledValue, time: string, anomalies: string[]): MeterSample | null {
  const { unit, multiplier = 0 } = sampled.unitOfMeasure ?? {};
  if (unit !== undefined && !knownUnit(unit)) note(anomalies, 'unknown_unit');
  const value = toBaseUnit(scaled(sampled.value, multiplier), unit);
  if (!(Math.abs(value) <= largestValue)) {
    note(anomalies, 'value_not_a_number');
    return null;
  }
  return {
    measurand: sampled.measurand ?? 'Energy.Active.Import.Register',
    phase: sampled.phase ?? null,
    value,
    context: sampled.context ?? 'Sample.Periodic',
    location: sampled.location ?? 'Outlet',
    time,
  };
}

/** `value` times ten to the power of `multiplier`, read as decimal text so that no digit is lost. */
function scaled(value: number, multiplier: number): number {
  if (multiplier === 0) return value;
  const [digits, exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + multiplier}`);
}

/** The register at the begin or the end of a transaction, else any register of the message, Wh; null without one. */
export function registerAt(
  samples: readonly MeterSample[],
  context: 'Transaction.Begin' | 'Transaction.End',
): number | null {
  return registerOf(samples.filter((sample) => sample.context === context)) ?? registerOf(samples);
}

function note(anomalies: string[], anomaly: string): void {
  if (!anomalies.includes(anomaly)) anomalies.push(anomaly);
}
