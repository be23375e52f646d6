import type { Measurement } from '../evse.ts';
import type { MeterValue, SampledValue } from './messages.ts';

export type Context = NonNullable<SampledValue['context']>;
type Measurand = NonNullable<SampledValue['measurand']>;
type Sample = Omit<SampledValue, 'context' | 'measurand'>;

const lines = ['L1', 'L2', 'L3'] as const;
const linesToNeutral = ['L1-N', 'L2-N', 'L3-N'] as const;

/** What this station can measure. OCPP 1.6 §7.31; all phases of a measurand are reported, §3.16.3. */
const samples: readonly (readonly [Measurand, (m: Measurement) => Sample[]])[] = [
  ['Energy.Active.Import.Register', (m) => [outlet(Math.floor(m.energyWh).toString(), 'Wh')]],
  ['Power.Active.Import', (m) => [outlet(sum(m.power).toFixed(1), 'W'), ...perPhase(m.power, 1, 'W', lines)]],
  ['Power.Offered', (m) => [outlet(m.powerOffered.toFixed(1), 'W')]],
  ['Power.Factor', (m) => [{ value: m.powerFactor.toFixed(2), location: 'Outlet' }]],
  ['Current.Import', (m) => perPhase(m.current, 2, 'A', lines)],
  ['Current.Offered', (m) => [outlet(m.currentOffered.toFixed(1), 'A')]],
  ['Voltage', (m) => perPhase(m.voltage, 1, 'V', linesToNeutral)],
  // OCPP 1.6 errata sheet §3.86: always Hertz, for which there is no unit.
  ['Frequency', (m) => [{ value: m.frequency.toFixed(2), location: 'Outlet' }]],
  // OCPP-J 1.6 errata sheet §2.1: stations are advised to keep the spelling of the first schemas.
  ['Temperature', (m) => [{ value: m.temperature.toFixed(1), location: 'Body', unit: 'Celcius' }]],
  ['SoC', (m) => (m.soc === undefined ? [] : [{ value: m.soc.toFixed(0), location: 'EV', unit: 'Percent' }])],
];

const phasesOf: Partial<Record<Measurand, readonly string[]>> = {
  'Power.Active.Import': lines,
  'Current.Import': lines,
  Voltage: linesToNeutral,
};

/** What a configuration key may name: a measurand, alone or with a phase as `Voltage.L1-N`. OCPP 1.6 §9.1.17. */
export const measurands: ReadonlySet<string> = new Set(
  samples.flatMap(([name]) => [name, ...(phasesOf[name] ?? []).map((phase) => `${name}.${phase}`)]),
);

/** The meter value with these measurands; undefined when there is nothing to report. */
export function meterValue(
  measurement: Measurement,
  wanted: readonly string[],
  context: Context,
): MeterValue | undefined {
  const sampledValue = wanted.flatMap((name) => sampled(measurement, name, context));
  if (sampledValue.length === 0) return undefined;
  return { timestamp: new Date(measurement.time).toISOString(), sampledValue };
}

function sampled(measurement: Measurement, name: string, context: Context): SampledValue[] {
  return samples.flatMap(([measurand, take]) => {
    const complete = (sample: Sample): SampledValue => ({ ...sample, measurand, context });
    if (name === measurand) return take(measurement).map(complete);
    if (!name.startsWith(`${measurand}.`)) return [];
    const phase = name.slice(measurand.length + 1);
    return take(measurement)
      .filter((sample) => sample.phase === phase)
      .map(complete);
  });
}

function perPhase(
  values: readonly number[],
  digits: number,
  unit: NonNullable<SampledValue['unit']>,
  phases: readonly NonNullable<SampledValue['phase']>[],
): Sample[] {
  return values.map((value, index) => ({ ...outlet(value.toFixed(digits), unit), phase: phases[index] }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function outlet(value: string, unit: NonNullable<SampledValue['unit']>): Sample {
  return { value, location: 'Outlet', unit };
}
