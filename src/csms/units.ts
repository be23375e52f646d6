/**
 * Units of sampled values to base units. Both spellings of Celsius (OCPP-J 1.6 errata §2.1), and what real
 * stations write beside the enumeration (`Hz`, `C`), are understood.
 */
const scale: ReadonlyMap<string, number> = new Map([
  ['Wh', 1],
  ['kWh', 1000],
  ['varh', 1],
  ['kvarh', 1000],
  ['W', 1],
  ['kW', 1000],
  ['VA', 1],
  ['kVA', 1000],
  ['var', 1],
  ['kvar', 1000],
  ['A', 1],
  ['V', 1],
  ['Percent', 1],
  ['%', 1],
  ['Celsius', 1],
  ['Celcius', 1],
  ['C', 1],
  ['Hertz', 1],
  ['Hz', 1],
]);

/** `value` in the base unit. An unknown unit is taken as the base unit: the number is worth more than its label. */
export function toBaseUnit(value: number, unit: string | undefined): number {
  if (unit === undefined) return value;
  const factor = scale.get(unit);
  if (factor !== undefined) return factor === 1 ? value : exact(value * factor);
  if (unit === 'K') return exact(value - 273.15);
  if (unit === 'Fahrenheit') return exact(((value - 32) * 5) / 9);
  return value;
}

export function knownUnit(unit: string): boolean {
  return scale.has(unit) || unit === 'K' || unit === 'Fahrenheit';
}

/** Removes the noise of binary fractions (0.1 * 1000 * ...), keeping six decimals. */
function exact(value: number): number {
  return Number.isInteger(value) || Math.abs(value) >= 9e9 ? value : Math.round(value * 1e6) / 1e6;
}

/** Numeric text as stations write it (leading spaces, decimal comma); null when it is no finite number. */
export function parseNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length > 40) return null;
  const text = value.trim();
  if (text === '') return null;
  const number = Number(text);
  if (Number.isFinite(number)) return /^0[xob]/i.test(text) ? null : number;
  const comma = /^([+-]?\d+),(\d+)$/.exec(text);
  return comma === null ? null : Number(`${comma[1]}.${comma[2]}`);
}
