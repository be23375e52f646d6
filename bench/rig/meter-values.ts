/** Finds the token of a message wherever it went: 13 digits that nothing else has. */
export const tokenPattern = /8\d{12}/;

const sample = (measurand: string, unit: string, value: string, phase = ''): string =>
  `{"value":"${value}","context":"Sample.Periodic","format":"Raw","measurand":"${measurand}",` +
  `${phase === '' ? '' : `"phase":"${phase}",`}"location":"Outlet","unit":"${unit}"}`;

const constant = [
  sample('Power.Offered', 'W', '11040'),
  sample('Current.Offered', 'A', '16'),
  sample('Temperature', 'Celsius', '38'),
  sample('SoC', 'Percent', '61'),
].join(',');

/**
 * Payloads of a three-phase charge of 12 sampled values, of which 8 change from one to the next: voltages, currents,
 * power and the register, which is the token.
 */
export function createMeterValues(): () => { payload: string; token: string } {
  let count = 0;
  const run = Math.floor(Math.random() * 1e5);
  return () => {
    count++;
    const token = String(8e12 + run * 1e7 + count);
    const step = (count % 997) / 1000;
    const phases = [1, 2, 3].map((phase) => [
      sample('Voltage', 'V', (228 + phase + step).toFixed(3), `L${phase}-N`),
      sample('Current.Import', 'A', (14 + phase + step).toFixed(3), `L${phase}`),
    ]);
    const changing = [...phases.flat(), sample('Power.Active.Import', 'W', String(10_400 + (count % 997)))];
    const register = sample('Energy.Active.Import.Register', 'Wh', token);
    const values = [...changing, constant, register].join(',');
    const timestamp = new Date().toISOString();
    const payload = `{"connectorId":1,"meterValue":[{"timestamp":"${timestamp}","sampledValue":[${values}]}]}`;
    return { payload, token };
  };
}
