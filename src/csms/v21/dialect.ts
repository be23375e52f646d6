import { loadProtocol } from '../../ocpp/validator.ts';
import type { Dialect } from '../acceptance.ts';
import { problem, tokenAsked } from '../v201/dialect.ts';
import { createTolerance } from '../v201/tolerance.ts';
import { handlers } from './handlers.ts';

/** OCPP 2.1: 2.0.1 and more. */
export async function loadDialect(): Promise<Dialect> {
  const protocol = await loadProtocol('ocpp2.1');
  return { protocol, handlers, tolerate: createTolerance(protocol), problem, tokenAsked };
}
