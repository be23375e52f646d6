import type { Protocol, Violation } from '../../ocpp/validator.ts';
import type { Tolerated } from '../acceptance.ts';
import { parseNumber } from '../units.ts';

/**
 * What real 2.x stations send beside the schema and what is clear all the same. Each deviation taken becomes an
 * anomaly of the event; anything else is refused with a CALLERROR. Runs only when validation failed.
 */

/** Texts that cost nothing when they are longer than the schema allows. */
const longTexts = new Set([
  'BootNotification/chargingStation/vendorName',
  'BootNotification/chargingStation/model',
  'BootNotification/chargingStation/serialNumber',
  'BootNotification/chargingStation/firmwareVersion',
  'BootNotification/chargingStation/modem/iccid',
  'BootNotification/chargingStation/modem/imsi',
]);

/** Words outside the enumeration that cost nothing but themselves. */
const freeWords = new Set([
  'BootNotification/reason',
  'TransactionEvent/triggerReason',
  'TransactionEvent/transactionInfo/stoppedReason',
  'TransactionEvent/transactionInfo/chargingState',
]);

const withMeterValues = new Set(['MeterValues', 'TransactionEvent']);

export function createTolerance(
  protocol: Protocol,
): (action: string, payload: object, violations: Violation[]) => Tolerated | null {
  return (action, payload, violations) => {
    const anomalies: string[] = [];
    let repaired = payload;
    let left = violations;
    if (withMeterValues.has(action)) {
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
  if (keyword === 'required' && action + path === 'TransactionEvent/triggerReason')
    return 'trigger_reason_missing';
  if (keyword === 'maxLength' && longTexts.has(action + path)) return `long_${snake(field)}`;
  if (keyword === 'enum' && freeWords.has(action + path)) return `unknown_${snake(field)}`;
  // a sampled value is worth its number whatever words stand beside it
  if (keyword === 'enum' && /\/sampledValue\/\d+\/\w+$/.test(path)) return `unknown_${snake(field)}`;
  if (keyword === 'minItems' && path.endsWith('/sampledValue')) return 'sampled_value_empty';
  if (keyword === 'minItems' && action + path === 'TransactionEvent/meterValue') return 'meter_value_empty';
  return null;
}

function snake(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Texts instead of numbers, as in 1.6; every other field stays as it is. */
function repairMeterValues(payload: object, anomalies: string[]): object {
  const { meterValue } = payload as Json;
  if (!Array.isArray(meterValue)) return payload;
  return { ...payload, meterValue: meterValue.map((entry: unknown) => repairEntry(entry, anomalies)) };
}

function repairEntry(entry: unknown, anomalies: string[]): unknown {
  if (!isObject(entry) || !Array.isArray(entry['sampledValue'])) return entry;
  const sampledValue = entry['sampledValue'].map((sample: unknown) => repairSample(sample, anomalies));
  return { ...entry, sampledValue };
}

function repairSample(sample: unknown, anomalies: string[]): unknown {
  if (!isObject(sample) || typeof sample['value'] !== 'string') return sample;
  const value = parseNumber(sample['value']);
  if (value === null) return sample;
  if (!anomalies.includes('value_is_a_text')) anomalies.push('value_is_a_text');
  return { ...sample, value };
}
