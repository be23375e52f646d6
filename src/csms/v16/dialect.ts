import type { AuthorizeRequest, StartTransactionRequest } from '../../ocpp/generated/v16/types.ts';
import { loadProtocol } from '../../ocpp/validator.ts';
import type { Dialect } from '../acceptance.ts';
import { handlers } from './handlers.ts';
import { createTolerance } from './tolerance.ts';

/** OCPP 1.6 with the security extension. */
export async function loadDialect(): Promise<Dialect> {
  const protocol = await loadProtocol('ocpp1.6');
  return { protocol, handlers, tolerate: createTolerance(protocol), tokenAsked };
}

/** Authorize and StartTransaction alike ask whether a token may charge. */
function tokenAsked(
  action: string,
  payload: object,
): { request: AuthorizeRequest; evse: number | null } | null {
  if (action === 'Authorize') return { request: payload as AuthorizeRequest, evse: null };
  if (action !== 'StartTransaction') return null;
  const { idTag, connectorId } = payload as StartTransactionRequest;
  return { request: { idTag }, evse: connectorId };
}
