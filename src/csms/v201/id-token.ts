import type {
  IdTokenInfoType,
  IdTokenType,
  TransactionEventRequest,
} from '../../ocpp/generated/v201/types.ts';
import { chargingAllowed } from '../authorization.ts';
import { decideToken, type Incoming } from '../handlers.ts';
import type { AuthorizationStatus } from '../model.ts';

type Status = IdTokenInfoType['status'];

/** What the gateway itself says of a token. `evse` null: any. */
export function idTokenInfoOf(
  incoming: Incoming,
  idToken: IdTokenType,
  evse: number | null,
): IdTokenInfoType {
  const token = incoming.core.authorization.find(idToken.idToken);
  const { type = 'Central' } = token ?? {};
  return {
    status: statusOf(incoming, idToken, evse),
    ...(token?.expiresAt !== undefined && { cacheExpiryDateTime: token.expiresAt }),
    // 2.0.1 C09.FR.09, C09.FR.12
    ...(token?.groupIdToken !== undefined && {
      groupIdToken: { idToken: token.groupIdToken, type: type as IdTokenType['type'] },
    }),
  };
}

function statusOf(incoming: Incoming, { idToken, type }: IdTokenType, evse: number | null): Status {
  const { core, station } = incoming;
  // 2.0.1 C02.FR.02: a start button asks nobody, but the owner's switch
  if (type === 'NoAuthorization') return chargingAllowed(station, evse) ? 'Accepted' : 'Blocked';
  const status = decideToken(incoming, idToken, evse);
  const { mode, find } = core.authorization;
  const isUnlisted = mode === 'list' && find(idToken) === null && chargingAllowed(station, evse);
  if (status !== 'Blocked' || !isUnlisted) return status;
  // 2.0.1 C04.FR.01
  return type === 'KeyCode' ? 'Invalid' : 'Unknown';
}

const neutral: Readonly<Partial<Record<Status, AuthorizationStatus>>> = {
  Accepted: 'Accepted',
  Expired: 'Expired',
  Invalid: 'Invalid',
  Unknown: 'Invalid',
  ConcurrentTx: 'ConcurrentTx',
};

/** In the words that all versions share; the exact status is in the event. */
export function neutralStatus(status: Status): AuthorizationStatus {
  return neutral[status] ?? 'Blocked';
}

const presentations = new Set(['Authorized', 'StopAuthorized', 'Deauthorized', 'RemoteStart']);

/** Somebody presents a token with this event; some stations name it again in every other. */
export function presentsToken({ eventType, triggerReason, idToken }: TransactionEventRequest): boolean {
  return idToken !== undefined && (eventType === 'Started' || presentations.has(triggerReason));
}
