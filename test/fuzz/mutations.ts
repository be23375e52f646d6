import type { Payload } from '../support/messages16.ts';

/** A number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** The same numbers in every run: xorshift32. */
export function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** JSON texts that stand where something else was expected. */
const values = [
  'null',
  'true',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '0',
  '-1',
  '-0',
  '1.5',
  '1e308',
  '1e999',
  '9007199254740993',
  '123456789012345678901234567890',
  '[]',
  '{}',
  '[[]]',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '"2026-13-45T99:99:99Z"',
  `"${'x'.repeat(600)}"`,
];

const pieces = [
  '"',
  '\\',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '\u0000',
  '\u2028',
  'é',
  '\ud800',
  ' ',
  '4',
  '3',
  '2',
];

const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'transactionId'];

/** What `replacer` swaps for a JSON text, so that no number is read and written again. */
const mark = (index: number): string => `\u0001${index}\u0001`;

/** Damages a frame: its structure, its text, or both. */
export function mutate(seed: string, seeds: readonly string[], random: Random): string {
  const isStructural = seed.length < 3000 && random(2) === 0;
  let text = isStructural ? mutateStructure(seed, random) : seed;
  for (let changes = random(3) + (isStructural ? 0 : 1); changes > 0; changes -= 1)
    text = mutateText(text, seeds, random);
  return text;
}

function mutateText(text: string, seeds: readonly string[], random: Random): string {
  const at = random(text.length + 1);
  const end = at + random(8);
  const piece = pieces[random(pieces.length)] ?? '';
  const other = seeds[random(seeds.length)] ?? '';
  switch (random(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + piece + text.slice(at);
    case 2:
      return text.slice(0, at) + piece + text.slice(end);
    case 3:
      return text.slice(0, at) + text.slice(end);
    case 4:
      return text.slice(0, at) + other.slice(random(other.length + 1));
    case 5: {
      const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7)));
      return text.slice(0, at) + flipped + text.slice(at + 1);
    }
    default: {
      // the same key twice
      const pair = /"\w+":(?:"[^"]*"|[\d.]+)/.exec(text.slice(at))?.[0];
      return pair === undefined ? text : text.replace(pair, `${pair},${pair.replace(/:.*/, ':null')}`);
    }
  }
}

function mutateStructure(text: string, random: Random): string {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return text + (pieces[random(pieces.length)] ?? '');
  }
  const places = placesIn(frame);
  const place = places[random(places.length)];
  if (place === undefined) return nested(random);
  const { holder, key } = place;
  switch (random(6)) {
    case 0:
      delete holder[key];
      break;
    case 1: {
      const name = keys[random(keys.length)] ?? '';
      Object.defineProperty(holder, name, {
        value: mark(random(values.length)),
        enumerable: true,
        configurable: true,
      });
      break;
    }
    case 2: {
      const other = places[random(places.length)];
      if (other !== undefined) holder[key] = structuredClone(other.holder[other.key]);
      break;
    }
    case 3:
      holder[key] = Array.from({ length: random(20) }, () => holder[key]);
      break;
    case 4:
      if (random(50) === 0) return JSON.stringify(frame).replace(/\{\}|"[^"]*"/, () => nested(random));
      holder[key] = String(holder[key]);
      break;
    default:
      holder[key] = mark(random(values.length));
  }
  return JSON.stringify(frame).replace(
    /"\\u0001(\d+)\\u0001"/g,
    (_, index: string) => values[Number(index)] ?? '',
  );
}

interface Place {
  holder: Payload;
  key: string;
}

/** Every element and field of a JSON value, as a place to change; not of what is nested deeper than OCPP is. */
function placesIn(value: unknown, depth = 10): Place[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const holder = value as Payload;
  return Object.keys(holder).flatMap((key) => [{ holder, key }].concat(placesIn(holder[key], depth - 1)));
}

function nested(random: Random): string {
  const depth = random(4000);
  return random(2) === 0
    ? '['.repeat(depth) + ']'.repeat(depth)
    : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
}
