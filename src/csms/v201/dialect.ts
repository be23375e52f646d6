import type { AuthorizeRequest, TransactionEventRequest } from '../../ocpp/generated/v201/types.ts';
import { loadProtocol } from '../../ocpp/validator.ts';
import type { Dialect } from '../acceptance.ts';
import { handlers } from './handlers.ts';
import { presentsToken } from './id-token.ts';
import { createTolerance } from './tolerance.ts';

/** OCPP 2.0.1. */
export async function loadDialect(): Promise<Dialect> {
  const protocol = await loadProtocol('ocpp2.0.1');
  return { protocol, handlers, tolerate: createTolerance(protocol), problem, tokenAsked };
}

/** No station has more; each EVSE and connector seen costs memory and topics. */
const maxId = 999;

/** EVSEs and connectors are numbered from 1, 0 is the station. OCPP 2.0.1 part 1 §4. */
export function problem(_action: string, payload: object): string | null {
  const { evseId, connectorId, evse } = payload as {
    evseId?: number;
    connectorId?: number;
    evse?: { id: number; connectorId?: number };
  };
  const isSound = [evseId, connectorId, evse?.id, evse?.connectorId].every(
    (id) => id === undefined || (id >= 0 && id <= maxId),
  );
  return isSound ? null : `EVSE and connector ids must be between 0 and ${maxId}`;
}

/** Authorize and TransactionEvent alike ask whether a token may charge. */
export function tokenAsked(
  action: string,
  payload: object,
): { request: AuthorizeRequest; evse: number | null } | null {
  if (action === 'Authorize') return { request: payload as AuthorizeRequest, evse: null };
  if (action !== 'TransactionEvent') return null;
  const request = payload as TransactionEventRequest;
  const { idToken, evse } = request;
  // 2.0.1 C02.FR.02: a start button has no token to ask about
  if (idToken === undefined || idToken.type === 'NoAuthorization' || !presentsToken(request)) return null;
  return { request: { idToken }, evse: evse?.id ?? null };
}
