/** Nesting of a frame, its own array included: far above what any schema needs. */
export const maxDepth = 64;

/**
 * Why JSON that could be read is refused all the same; `null`: it is not. Deep nesting exhausts the stack of
 * whoever walks it, and keys that name a prototype change objects they are copied to. Costs almost nothing for
 * usual frames: the value is walked only when its text gives a reason to.
 */
export function refusalOf(text: string, value: unknown): string | null {
  if (!mayBeDeep(text) && !mayNamePrototype(text)) return null;
  return refusalWithin(value, 1);
}

function mayBeDeep(text: string): boolean {
  // Each level takes an opening and a closing bracket.
  return text.length > 2 * maxDepth && countsMore(text, '{', '[', maxDepth);
}

function countsMore(text: string, one: string, other: string, limit: number): boolean {
  let count = 0;
  for (let at = text.indexOf(one); at !== -1; at = text.indexOf(one, at + 1))
    if (++count > limit) return true;
  for (let at = text.indexOf(other); at !== -1; at = text.indexOf(other, at + 1))
    if (++count > limit) return true;
  return false;
}

function mayNamePrototype(text: string): boolean {
  // `\u00` can hide any ASCII letter of a key.
  return text.includes('__proto__') || text.includes('"constructor"') || text.includes(String.raw`\u00`);
}

function refusalWithin(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > maxDepth) return `nested deeper than ${maxDepth} levels`;
  if (Object.hasOwn(value, '__proto__') || Object.hasOwn(value, 'constructor'))
    return 'a key names a prototype';
  for (const inner of Object.values(value)) {
    const refusal = refusalWithin(inner, depth + 1);
    if (refusal !== null) return refusal;
  }
  return null;
}
