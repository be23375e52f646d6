import { GatewayError, messageOf } from '../errors.ts';

/** Throws `invalid_json` with the parser's words. */
function readJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch (error) {
    throw new GatewayError('invalid_json', `The payload is not readable JSON: ${messageOf(error)}`);
  }
}

/** Throws `invalid_json`, or `invalid_payload` where it is JSON but no object. */
export function readObject(payload: Buffer): Record<string, unknown> {
  const value = readJson(payload);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new GatewayError('invalid_payload', 'The payload is JSON, but not an object.');
}
