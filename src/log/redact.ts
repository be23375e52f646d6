/**
 * Masks what must never be read in a log line, an error or a listing: values under a secret name at any depth,
 * the value of an OCPP configuration key with a secret name, and credentials inside any text.
 */
export const mask = '***';

const secretName = /passw(?:or)?d|passphrase|secret|authorization[-_]?key|private[-_]?key|cookie/i;

function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** `mqtt://user:password@host` becomes `mqtt://***@host`, `Basic bWF4…` becomes `Basic ***`. */
export function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"]*@/gi, `$1${mask}@`)
    .replace(/\b(Basic|Bearer) [\w+/.~-]{8,}=*/g, `$1 ${mask}`);
}

/** A copy with every secret masked. What is neither text, array nor plain object (an Error, say) stays as it is. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (!isPlainObject(value)) return value;
  return redactFields(value);
}

export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { key } = fields;
  const isSecretPair = typeof key === 'string' && isSecretName(key);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const isSecret = isSecretName(name) || (isSecretPair && name === 'value');
      return [name, isSecret && tellsSomething(value) ? mask : redact(value)];
    }),
  );
}

// That a secret is set, or not, is none.
function tellsSomething(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'boolean';
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
