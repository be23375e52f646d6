import { loadProtocol } from '../../ocpp/validator.ts';
import type { Dialect } from '../acceptance.ts';
import { handlers } from './handlers.ts';
import { createTolerance } from './tolerance.ts';

/** OCPP 1.6 with the security extension. */
export async function loadDialect(): Promise<Dialect> {
  const protocol = await loadProtocol('ocpp1.6');
  return { protocol, handlers, tolerate: createTolerance(protocol) };
}
