import type { Protocol, Violation } from '../../ocpp/validator.ts';
import type { Tolerated } from '../acceptance.ts';

/**
 * What real 1.6 stations send beside the schema and what is clear all the same. Each deviation taken becomes an
 * anomaly of the event; anything else is refused with a CALLERROR. Runs only when validation failed.
 */

/** Texts that some makes write longer than the schema allows. */
const longTexts = new Set([
  'BootNotification/chargePointVendor',
  'BootNotification/chargePointModel',
  'BootNotification/chargePointSerialNumber',
  'BootNotification/chargeBoxSerialNumber',
  'BootNotification/firmwareVersion',
  'BootNotification/iccid',
  'BootNotification/imsi',
  'BootNotification/meterType',
  'BootNotification/meterSerialNumber',
  'StatusNotification/info',
  'StatusNotification/vendorId',
  'StatusNotification/vendorErrorCode',
]);

/** Words outside the enumeration that cost nothing but themselves. */
const freeWords = new Set(['StatusNotification/errorCode', 'StopTransaction/reason']);

export function createTolerance(
  protocol: Protocol,
): (action: string, payload: object, violations: Violation[]) => Tolerated | null {
  return (action, payload, violations) => {
    const anomalies: string[] = [];
    let left = violations;
    let repaired = payload;
    if (action === 'MeterValues' || action === 'StopTransaction') {
      repaired = repairMeterValues(payload, anomalies);
      left = protocol.validateRequest(action, repaired) ?? [];
    }
    for (const violation of left) {
      const anomaly = toleratedAs(action, violation);
      if (anomaly === null) return null;
      if (!anomalies.includes(anomaly)) anomalies.push(anomaly);
    }
    return { payload: repaired, anomalies };
  };
}

function toleratedAs(action: string, { keyword, path }: Violation): string | null {
  const field = path.slice(path.lastIndexOf('/') + 1);
  if (keyword === 'format') return 'timestamp_invalid';
  if (keyword === 'maxLength' && longTexts.has(action + path)) return `long_${snake(field)}`;
  if (keyword === 'enum' && freeWords.has(action + path)) return `unknown_${snake(field)}`;
  // a sampled value is worth its number whatever words stand beside it
  if (keyword === 'enum' && /\/sampledValue\/\d+\/\w+$/.test(path)) return `unknown_${snake(field)}`;
  return null;
}

function snake(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `meterValue` as an object instead of a list (Huawei), numbers instead of texts (OpenEVSE), and samples that are
 * beyond reading: one bad sample must not lose the rest.
 */
function repairMeterValues(payload: object, anomalies: string[]): object {
  const key = 'meterValue' in payload ? 'meterValue' : 'transactionData';
  const given = (payload as Json)[key];
  if (given === undefined) return payload;
  if (isObject(given)) anomalies.push('meter_value_no_list');
  const entries: unknown[] = isObject(given) ? [given] : Array.isArray(given) ? given : [];
  return {
    ...payload,
    [key]: entries.map((entry) => (isObject(entry) ? repairEntry(entry, anomalies) : entry)),
  };
}

function repairEntry(entry: Json, anomalies: string[]): Json {
  const { sampledValue } = entry;
  if (isObject(sampledValue)) return repairEntry({ ...entry, sampledValue: [sampledValue] }, anomalies);
  if (!Array.isArray(sampledValue)) return entry;
  return {
    ...entry,
    sampledValue: sampledValue.flatMap((sample: unknown) => repairSample(sample, anomalies)),
  };
}

const sampleFields = ['value', 'context', 'format', 'measurand', 'phase', 'location', 'unit'];

function repairSample(sample: unknown, anomalies: string[]): Json[] {
  if (!isObject(sample)) {
    anomalies.push('sample_dropped');
    return [];
  }
  const repaired: Json = {};
  for (const field of sampleFields) {
    const value = sample[field];
    if (typeof value === 'string') repaired[field] = value;
    else if (field === 'value' && typeof value === 'number') {
      repaired[field] = String(value);
      if (!anomalies.includes('value_is_a_number')) anomalies.push('value_is_a_number');
    }
  }
  for (const field of Object.keys(sample))
    if (!sampleFields.includes(field) && !anomalies.includes('unknown_sample_field'))
      anomalies.push('unknown_sample_field');
  if (repaired['value'] !== undefined) return [repaired];
  anomalies.push('sample_dropped');
  return [];
}
