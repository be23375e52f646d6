import type { Requests, Responses } from '../../ocpp/generated/v21/types.ts';
import { isoSeconds } from '../event.ts';
import { certificateHandler } from '../v201/certificates.ts';

/** Seconds until a station asks again about a certificate nobody could say anything of. */
const retrySeconds = 24 * 3600;

/** OCPP 2.1 M07. Without an outside decision the status of every certificate could not be found out. */
export const getCertificateChainStatus = certificateHandler<
  Requests['GetCertificateChainStatus'],
  Responses['GetCertificateChainStatus']
>(
  ({ certificateStatusRequests }, time) => ({
    certificateStatus: certificateStatusRequests.map(({ certificateHashData, source }) => ({
      certificateHashData,
      source,
      status: 'Failed',
      nextUpdate: isoSeconds(time + retrySeconds * 1000),
    })),
  }),
  ({ certificateStatusRequests }, { certificateStatus }) => ({
    certificates: certificateStatusRequests.length,
    statuses: certificateStatus.map(({ status }) => status),
  }),
);
