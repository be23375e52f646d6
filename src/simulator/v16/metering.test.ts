import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench } from '../test-bench.ts';
import { createVehicle } from '../vehicle.ts';

test('samples come at the interval from the start of the transaction, with every measurand and phase', async (t) => {
  const { csms, station, pass } = await buildAcceptedBench(t, { meterInterval: 30 });
  await pass(7);
  station.plug(1, createVehicle({ soc: 40, maxCurrent: 16 }));
  await station.presentCard('CARD');
  await pass(95);
  const values = csms.all('MeterValues').map(({ meterValue }) => meterValue[0]);
  assert.deepEqual(
    values.map((value) => value?.timestamp.slice(11, 19)),
    ['08:00:37', '08:01:07', '08:01:37'],
  );
  const samples = values[0]?.sampledValue ?? [];
  const of = (measurand: string) => samples.filter((sample) => sample.measurand === measurand);
  assert.ok(samples.length >= 12);
  assert.deepEqual(
    of('Voltage').map(({ phase }) => phase),
    ['L1-N', 'L2-N', 'L3-N'],
  );
  for (const { value } of of('Voltage')) assert.ok(Math.abs(Number(value) - 230) < 10, value);
  for (const { value } of of('Current.Import')) assert.equal(Number(value), 16);
  assert.equal(of('SoC')[0]?.unit, 'Percent');
  assert.equal(of('Temperature')[0]?.unit, 'Celcius');
  const [total, ...phases] = of('Power.Active.Import').map(({ value }) => Number(value));
  assert.ok(Math.abs(phases.reduce((sum, value) => sum + value, 0) - (total ?? 0)) < 0.3);
});

test('a vehicle with one phase draws from L1 only', async (t) => {
  const { csms, station, pass } = await buildAcceptedBench(t);
  await csms.call('ChangeConfiguration', { key: 'MeterValuesSampledData', value: 'Current.Import' });
  station.plug(1, createVehicle({ soc: 40, phases: 1, maxCurrent: 32 }));
  await station.presentCard('CARD');
  await pass(60);
  const samples = csms.all('MeterValues')[0]?.meterValue[0]?.sampledValue;
  assert.deepEqual(
    samples?.map(({ value }) => value),
    ['32.00', '0.00', '0.00'],
  );
});

test('clock-aligned values come at times of the clock, also without a transaction', async (t) => {
  const { csms, pass } = await buildAcceptedBench(t);
  await pass(100);
  await csms.call('ChangeConfiguration', { key: 'ClockAlignedDataInterval', value: '900' });
  await pass(3600);
  const values = csms.all('MeterValues');
  assert.deepEqual(
    values.map(({ meterValue }) => meterValue[0]?.timestamp.slice(11, 19)),
    ['08:15:00', '08:30:00', '08:45:00', '09:00:00'],
  );
  assert.equal(values[0]?.transactionId, undefined);
  assert.equal(values[0]?.meterValue[0]?.sampledValue[0]?.context, 'Sample.Clock');
});

test('transaction data is part of the StopTransaction when it is configured, thinned out but with both ends', async (t) => {
  const { csms, station, pass, settle } = await buildAcceptedBench(t, { meterInterval: 10 });
  await csms.call('ChangeConfiguration', {
    key: 'StopTxnSampledData',
    value: 'Energy.Active.Import.Register,Current.Import.L2',
  });
  station.plug(1, createVehicle({ soc: 20 }));
  await station.presentCard('CARD');
  await pass(1200);
  await station.presentCard('CARD');
  await settle();
  const data = csms.all('StopTransaction')[0]?.transactionData ?? [];
  assert.ok(data.length > 20 && data.length <= 61, `${data.length} values`);
  assert.equal(data[0]?.sampledValue[0]?.context, 'Transaction.Begin');
  assert.equal(data.at(-1)?.sampledValue[0]?.context, 'Transaction.End');
  assert.deepEqual(
    data[1]?.sampledValue.map(({ measurand, phase }) => [measurand, phase]),
    [
      ['Energy.Active.Import.Register', undefined],
      ['Current.Import', 'L2'],
    ],
  );
});
