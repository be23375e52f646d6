import type { AuthorizeRequest, StartTransactionRequest } from '../../ocpp/generated/v16/types.ts';
import { loadProtocol } from '../../ocpp/validator.ts';
import type { Dialect } from '../acceptance.ts';
import { handlers } from './handlers.ts';
import { evseOfStart } from './start-transaction.ts';
import { createTolerance } from './tolerance.ts';

/** OCPP 1.6 with the security extension. */
export async function loadDialect(): Promise<Dialect> {
  const protocol = await loadProtocol('ocpp1.6');
  return { protocol, handlers, tolerate: createTolerance(protocol), problem, tokenAsked };
}

/** No station has more; each connector seen costs memory and topics. */
const maxConnectorId = 999;

/** A connectorId is not negative: OCPP 1.6 §6.31, §6.45, §6.47. */
function problem(_action: string, payload: object): string | null {
  if (!('connectorId' in payload)) return null;
  const { connectorId } = payload;
  return typeof connectorId === 'number' && connectorId >= 0 && connectorId <= maxConnectorId
    ? null
    : `connectorId must be between 0 and ${maxConnectorId}`;
}

/** Authorize and StartTransaction alike ask whether a token may charge. */
function tokenAsked(
  action: string,
  payload: object,
): { request: AuthorizeRequest; evse: number | null } | null {
  if (action === 'Authorize') return { request: payload as AuthorizeRequest, evse: null };
  if (action !== 'StartTransaction') return null;
  const { idTag, connectorId } = payload as StartTransactionRequest;
  return { request: { idTag }, evse: evseOfStart(connectorId) };
}
