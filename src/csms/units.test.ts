import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseNumber, toBaseUnit } from './units.ts';

describe('a sampled value', () => {
  for (const [text, number] of [
    [' 1.7', 1.7],
    ['-67', -67],
    ['1,5', 1.5],
    ['1e3', 1000],
    [604.213, 604.213],
    ['', null],
    ['NaN', null],
    ['Infinity', null],
    ['0x10', null],
    ['12 A', null],
    [null, null],
    ['1'.repeat(41), null],
  ] as const)
    it(`${JSON.stringify(text)} is ${number}`, () => assert.equal(parseNumber(text), number));

  for (const [value, unit, base] of [
    [7.2, 'kW', 7200],
    [0.1, 'kWh', 100],
    [1.1, 'kWh', 1100],
    [273.15, 'K', 0],
    [212, 'Fahrenheit', 100],
    [31, 'Celcius', 31],
    [50, 'furlong', 50],
    [50, undefined, 50],
  ] as const)
    it(`${value} ${unit} is ${base} in the base unit`, () => assert.equal(toBaseUnit(value, unit), base));

  it('is a finite number or none, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.anything()), (value) => {
        const number = parseNumber(value);
        return number === null || Number.isFinite(number);
      }),
    );
  });
});
