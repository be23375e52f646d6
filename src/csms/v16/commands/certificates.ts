import { GatewayError } from '../../../errors.ts';
import type { CertificateUseEnumType, DeleteCertificateRequest } from '../../../ocpp/generated/v16/types.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { outcomeOf, request } from './request.ts';

/** White paper §6.4, and the words of OCPP 2.x for the same. */
const uses: Readonly<Record<string, CertificateUseEnumType>> = {
  csms: 'CentralSystemRootCertificate',
  csmsrootcertificate: 'CentralSystemRootCertificate',
  centralsystemrootcertificate: 'CentralSystemRootCertificate',
  manufacturer: 'ManufacturerRootCertificate',
  manufacturerrootcertificate: 'ManufacturerRootCertificate',
};

function useOf(type: string): CertificateUseEnumType {
  const use = uses[type.toLowerCase()];
  if (use !== undefined) return use;
  throw new GatewayError(
    'unsupported',
    `OCPP 1.6 knows certificates for csms and manufacturer, not for ${type}`,
  );
}

/** White paper §5.11. */
export async function installCertificate(
  context: CommandContext,
  { type, certificate }: WordArgs['install_certificate'],
): Promise<Outcome> {
  return outcomeOf(
    await request(context, 'InstallCertificate', { certificateType: useOf(type), certificate }),
  );
}

/** White paper §5.7; NotFound means that there are none. */
export async function getCertificates(
  context: CommandContext,
  { type }: WordArgs['get_certificates'],
): Promise<Outcome> {
  const answer = await request(context, 'GetInstalledCertificateIds', { certificateType: useOf(type) });
  const { status, certificateHashData = [] } = answer;
  if (status === 'Accepted' || status === 'NotFound')
    return { status: 'accepted', result: { certificates: certificateHashData } };
  return outcomeOf(answer);
}

/** White paper §5.3. */
export async function deleteCertificate(
  context: CommandContext,
  { hash }: WordArgs['delete_certificate'],
): Promise<Outcome> {
  // the request is validated before it is sent
  const certificateHashData = hash as DeleteCertificateRequest['certificateHashData'];
  return outcomeOf(await request(context, 'DeleteCertificate', { certificateHashData }));
}
