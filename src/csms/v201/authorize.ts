import type { AuthorizeRequest, AuthorizeResponse } from '../../ocpp/generated/v201/types.ts';
import type { Handler, Incoming } from '../handlers.ts';
import type { EventHead } from '../model.ts';
import { idTokenInfoOf, neutralStatus } from './id-token.ts';

/** OCPP 2.0.1 C01 to C07: may this idToken charge? */
export const authorize: Handler<AuthorizeRequest, AuthorizeResponse> = {
  handle(request, incoming) {
    const response = (incoming.delegated as AuthorizeResponse | null) ?? decide(request, incoming);
    const { status } = response.idTokenInfo;
    const head: EventHead = {
      kind: 'authorization',
      event: status === 'Accepted' ? 'accepted' : 'refused',
      id_token: request.idToken.idToken,
      id_token_type: request.idToken.type,
      status,
      ...(response.certificateStatus !== undefined && { certificate_status: response.certificateStatus }),
    };
    return { response, head, effects: this.effects?.(request, head, response, incoming.time) ?? [] };
  },
  effects({ idToken }, _head, response, time) {
    const status = neutralStatus(response.idTokenInfo.status);
    return [{ type: 'authorized', time, idToken: idToken.idToken, status, evse: null }];
  },
};

function decide(request: AuthorizeRequest, incoming: Incoming): AuthorizeResponse {
  const idTokenInfo = idTokenInfoOf(incoming, request.idToken, null);
  if (request.certificate === undefined && request.iso15118CertificateHashData === undefined)
    return { idTokenInfo };
  if (incoming.undecided === 'accept') return { idTokenInfo, certificateStatus: 'Accepted' };
  // 2.0.1 C07.FR.17: nobody here can verify a chain; whoever can is asked by delegation
  return { idTokenInfo: { status: 'Invalid' }, certificateStatus: 'CertChainError' };
}
