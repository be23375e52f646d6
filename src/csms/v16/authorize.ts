import type { AuthorizeRequest, AuthorizeResponse } from '../../ocpp/generated/v16/types.ts';
import { decideToken, type Handler } from '../handlers.ts';
import type { AuthorizationStatus } from '../model.ts';

/** OCPP 1.6 §4.1: may this idTag charge? */
export const authorize: Handler<AuthorizeRequest, AuthorizeResponse> = {
  handle(request, incoming) {
    const { core, time, delegated } = incoming;
    const response =
      (delegated as AuthorizeResponse | null) ??
      authorizeResponse(decideToken(incoming, request.idTag, null), core.authorization.find(request.idTag));
    const { status } = response.idTagInfo;
    const head = {
      kind: 'authorization' as const,
      event: status === 'Accepted' ? 'accepted' : 'refused',
      id_token: request.idTag,
      status,
    };
    return { response, head, effects: this.effects?.(request, head, response, time) ?? [] };
  },
  effects(request, _head, response, time) {
    return [
      { type: 'authorized', time, idToken: request.idTag, status: response.idTagInfo.status, evse: null },
    ];
  },
};

/** idTagInfo with what the list knows of the token. */
export function authorizeResponse(
  status: AuthorizationStatus,
  token: { groupIdToken?: string; expiresAt?: string } | null,
): AuthorizeResponse {
  return {
    idTagInfo: {
      status,
      ...(token?.groupIdToken !== undefined && { parentIdTag: token.groupIdToken }),
      ...(token?.expiresAt !== undefined && { expiryDate: token.expiresAt }),
    },
  };
}
