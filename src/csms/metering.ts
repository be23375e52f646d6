import type { MeterSample } from './model.ts';
import type { Station } from './station.ts';

/**
 * From samples to the values a dashboard shows. With phases: power is their sum, current the largest, voltage the
 * mean. One message may carry several contexts and times of a measurand: the newest periodic one counts.
 */

/** Measurands with a topic of their own; the rest of the specification's list gets one by name. */
const neutralKeys: Record<string, string> = {
  'Power.Active.Import': 'power',
  'Power.Active.Export': 'power_export',
  'Current.Import': 'current',
  'Current.Export': 'current_export',
  'Energy.Active.Import.Register': 'energy',
  'Energy.Active.Export.Register': 'energy_export',
  Voltage: 'voltage',
  SoC: 'soc',
  Temperature: 'temperature',
  Frequency: 'frequency',
  'Current.Offered': 'current_offered',
  'Power.Offered': 'power_offered',
  'Power.Factor': 'power_factor',
  RPM: 'rpm',
};

interface MeasurandInfo {
  key: string;
  /** The earlier program's key: the measurand in lower case with `_`. */
  compatible: string;
  phases: 'sum' | 'largest' | 'mean' | 'none';
  energy: boolean;
  phaseKeys: [string, string, string];
}

/** The measurands of OCPP 1.6 §7.31 and 2.0.1 part 2 §3.50; others are in events only. */
const listed = new Set([
  ...Object.keys(neutralKeys),
  'Energy.Reactive.Export.Register',
  'Energy.Reactive.Import.Register',
  'Energy.Reactive.Net',
  'Energy.Active.Export.Interval',
  'Energy.Active.Import.Interval',
  'Energy.Active.Net',
  'Energy.Reactive.Export.Interval',
  'Energy.Reactive.Import.Interval',
  'Energy.Apparent.Net',
  'Energy.Apparent.Import',
  'Energy.Apparent.Export',
  'Power.Reactive.Export',
  'Power.Reactive.Import',
]);

const infos = new Map<string, MeasurandInfo>();

function infoOf(measurand: string): MeasurandInfo | null {
  const known = infos.get(measurand);
  if (known !== undefined) return known;
  if (!listed.has(measurand)) return null;
  const compatible = measurand.toLowerCase().replaceAll('.', '_');
  const key = neutralKeys[measurand] ?? compatible;
  const phases = measurand.startsWith('Current.')
    ? 'largest'
    : measurand === 'Voltage' || measurand === 'Frequency' || measurand === 'Power.Factor'
      ? 'mean'
      : measurand.startsWith('Power.') || measurand.startsWith('Energy.')
        ? 'sum'
        : 'none';
  const info: MeasurandInfo = {
    key,
    compatible,
    phases,
    energy: measurand.startsWith('Energy.'),
    phaseKeys: [`${key}_l1`, `${key}_l2`, `${key}_l3`],
  };
  infos.set(measurand, info);
  return info;
}

/** Values of one measurand within one message: the overall one and those of L1 to L3. */
interface Reading {
  measurand: string;
  total: number | null;
  phases: [number | null, number | null, number | null];
  time: string;
  periodic: boolean;
}

/** L1 and L1-N are phase 0; line-to-line values and the neutral are no phases of their own. */
function phaseIndex(phase: string): number {
  if (phase === 'L1' || phase === 'L1-N') return 0;
  if (phase === 'L2' || phase === 'L2-N') return 1;
  if (phase === 'L3' || phase === 'L3-N') return 2;
  return -1;
}

function readingOf(readings: readonly Reading[], measurand: string): Reading | undefined {
  for (const reading of readings) if (reading.measurand === measurand) return reading;
  return undefined;
}

function collect(samples: readonly MeterSample[]): Reading[] {
  const readings: Reading[] = [];
  for (const sample of samples) {
    let reading = readingOf(readings, sample.measurand);
    // begin and end values are facts about the transaction, not about now (a Begin of 0 must not hide 678 Wh)
    const periodic = sample.context !== 'Transaction.Begin';
    if (reading === undefined) {
      reading = {
        measurand: sample.measurand,
        total: null,
        phases: [null, null, null],
        time: sample.time,
        periodic,
      };
      readings.push(reading);
    } else if (sample.time > reading.time || (periodic && !reading.periodic)) {
      reading.total = null;
      reading.phases = [null, null, null];
      reading.time = sample.time;
      reading.periodic = periodic;
    } else if (sample.time < reading.time || (!periodic && reading.periodic)) {
      continue;
    }
    const index = sample.phase === null ? -1 : phaseIndex(sample.phase);
    if (index >= 0) reading.phases[index] = sample.value;
    else if (sample.phase === null && (reading.total === null || sample.location === 'Outlet'))
      reading.total = sample.value;
  }
  return readings;
}

function combine(how: MeasurandInfo['phases'], phases: Reading['phases']): number | null {
  let count = 0;
  let sum = 0;
  let largest = -Infinity;
  for (const value of phases) {
    if (value === null) continue;
    count++;
    sum += value;
    if (value > largest) largest = value;
  }
  if (count === 0) return null;
  if (how === 'sum') return sum;
  if (how === 'mean') return sum / count;
  return largest;
}

/** Writes samples to the state of an EVSE (0: the station's own meter) and to the compatible keys. */
export function applySamples(station: Station, evse: number, samples: readonly MeterSample[]): void {
  const { state } = station;
  const readings = collect(samples);
  let powerSeen = false;
  let current: Reading | undefined;
  let voltage: Reading | undefined;
  for (const reading of readings) {
    const info = infoOf(reading.measurand);
    if (info === null) continue;
    if (reading.measurand === 'Power.Active.Import') powerSeen = true;
    else if (reading.measurand === 'Current.Import') current = reading;
    else if (reading.measurand === 'Voltage') voltage = reading;
    // an overall current is the largest phase already; a sum or mean of phases is only needed without a total
    const value = reading.total ?? combine(info.phases, reading.phases);
    for (let index = 0; index < 3; index++) {
      const phase = reading.phases[index];
      const key = info.phaseKeys[index];
      if (phase !== null && phase !== undefined && key !== undefined)
        state.set(evse, key, info.energy ? phase / 1000 : phase);
    }
    if (value === null) continue;
    if (info.key === 'energy') {
      applyEnergy(station, evse, value);
    } else {
      state.set(evse, info.key, info.energy ? value / 1000 : value);
    }
    state.setCompatible(info.compatible, value);
  }
  const at = station.evses.get(evse);
  if (powerSeen && at !== undefined) at.powerMeasured = true;
  if (!powerSeen && at?.powerMeasured !== true && current !== undefined && voltage !== undefined) {
    const power = apparentPower(current, voltage);
    if (power !== null) state.set(evse, 'power', Math.round(power));
  }
}

/** The register never goes back to 0: a station that restarts its meter at 0 would break every energy statistic. */
function applyEnergy(station: Station, evse: number, value: number): void {
  if (value === 0 && Number(station.state.get(evse, 'energy') ?? 0) > 0) return;
  station.state.set(evse, 'energy', value / 1000);
}

function apparentPower(current: Reading, voltage: Reading): number | null {
  let power = 0;
  let count = 0;
  const volts = voltage.total ?? combine('mean', voltage.phases);
  for (let index = 0; index < 3; index++) {
    const amperes = current.phases[index];
    const phaseVolts = voltage.phases[index] ?? volts;
    if (amperes === null || amperes === undefined || phaseVolts === null) continue;
    power += amperes * phaseVolts;
    count++;
  }
  if (count > 0) return power;
  return current.total === null || volts === null ? null : current.total * volts;
}

/** Power and current flow no more. Only values that were ever seen become 0. */
export function zeroFlow(station: Station, evse: number): void {
  for (const key of [
    'power',
    'power_l1',
    'power_l2',
    'power_l3',
    'current',
    'current_l1',
    'current_l2',
    'current_l3',
  ])
    if (station.state.get(evse, key) !== undefined) station.state.set(evse, key, 0);
}

/** The register of the newest sample of Energy.Active.Import.Register over all phases, Wh; null when there is none. */
export function registerOf(samples: readonly MeterSample[]): number | null {
  // most messages have one of them among many
  const registers = samples.filter(({ measurand }) => measurand === 'Energy.Active.Import.Register');
  for (const reading of collect(registers)) {
    if (reading.total !== null) return reading.total;
    const sum = reading.phases.reduce<number>((total, phase) => total + (phase ?? 0), 0);
    return reading.phases.some((phase) => phase !== null) ? sum : null;
  }
  return null;
}
