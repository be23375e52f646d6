import type { Requests, Responses } from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import { defined } from './notifications.ts';

/**
 * There is no authority and no PKI behind this gateway unless an outside decision is one (delegation); without it
 * the station is told that nothing can be had here.
 */
export function certificateHandler<Request extends object, Response extends object>(
  fallback: (request: Request, time: number) => Response,
  say: (request: Request, response: Response) => Record<string, unknown>,
): Handler<Request, Response> {
  return {
    handle(request, { delegated, time }) {
      const response = (delegated as Response | null) ?? fallback(request, time);
      const head = { kind: 'certificate' as const, event: 'received', ...defined(say(request, response)) };
      return { response, head, effects: [] };
    },
  };
}

/** OCPP 2.0.1 A02.FR.12. */
export const signCertificate = certificateHandler<Requests['SignCertificate'], Responses['SignCertificate']>(
  () => ({ status: 'Rejected' }),
  ({ certificateType }, { status }) => ({ type: certificateType, status }),
);

/** OCPP 2.0.1 M01 and M02. */
export const get15118EVCertificate = certificateHandler<
  Requests['Get15118EVCertificate'],
  Responses['Get15118EVCertificate']
>(
  () => ({ status: 'Failed', exiResponse: '' }),
  ({ action }, { status }) => ({ type: action, status }),
);

/** OCPP 2.0.1 M06.FR.04. */
export const getCertificateStatus = certificateHandler<
  Requests['GetCertificateStatus'],
  Responses['GetCertificateStatus']
>(
  () => ({ status: 'Failed' }),
  (_request, { status }) => ({ status }),
);
