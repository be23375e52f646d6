import type { KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import { hashCertificate, readCertificate, requestCertificate } from '../certificates.ts';
import type { Context } from './context.ts';
import type { Handlers, Request } from './messages.ts';

type CertificateUse = Request<'InstallCertificate'>['certificateType'];

export interface Certificates {
  handlers: Pick<
    Handlers,
    'InstallCertificate' | 'DeleteCertificate' | 'GetInstalledCertificateIds' | 'CertificateSigned'
  >;
  /** Makes a new key and asks the CSMS for its certificate. A02. */
  signCertificate(): void;
}

/** The certificates a station holds. Security white paper A02, M03, M04, M05. */
export function createCertificates(context: Context, log: (text: string) => void): Certificates {
  const { calls, clock, configuration, identity, security } = context;
  let installed: { use: CertificateUse; certificate: X509Certificate }[] = [];
  let pendingKey: KeyObject | undefined;

  const all = (): X509Certificate[] => installed.map(({ certificate }) => certificate);
  const hashOf = (certificate: X509Certificate) => hashCertificate(certificate, all());

  function signCertificate(): void {
    const { csr, privateKey } = requestCertificate(identity.serialNumber, configuration.text('CpoName'));
    pendingKey = privateKey;
    calls.call('SignCertificate', { csr }).then(
      ({ status }) => {
        if (status === 'Rejected') pendingKey = undefined;
      },
      (error: unknown) => log(`SignCertificate: ${messageOf(error)}`),
    );
  }

  /** A02.FR.06: made for the pending key and in force. */
  function isOurs(certificate: X509Certificate | undefined): boolean {
    if (certificate === undefined || pendingKey === undefined) return false;
    const now = clock.now();
    const inForce = now < Date.parse(certificate.validTo);
    return inForce && certificate.checkPrivateKey(pendingKey);
  }

  return {
    signCertificate,
    handlers: {
      InstallCertificate({ certificateType, certificate: pem }) {
        const certificate = readCertificate(pem);
        // M05.FR.03, M05.FR.06
        const full = installed.length >= configuration.integer('CertificateStoreMaxLength');
        if (full || certificate === undefined) return { status: 'Rejected' };
        installed = installed.filter(
          (other) => other.certificate.fingerprint256 !== certificate.fingerprint256,
        );
        installed.push({ use: certificateType, certificate });
        return { status: 'Accepted' };
      },

      DeleteCertificate({ certificateHashData: wanted }) {
        const found = installed.find(({ certificate }) => {
          const hash = hashOf(certificate);
          return (
            wanted.hashAlgorithm === hash.hashAlgorithm &&
            sameHex(wanted.issuerNameHash, hash.issuerNameHash) &&
            sameHex(wanted.issuerKeyHash, hash.issuerKeyHash) &&
            sameHex(wanted.serialNumber, hash.serialNumber)
          );
        });
        if (found === undefined) return { status: 'NotFound' };
        installed = installed.filter((other) => other !== found);
        return { status: 'Accepted' };
      },

      GetInstalledCertificateIds({ certificateType }) {
        const found = installed.filter(({ use }) => use === certificateType);
        if (found.length === 0) return { status: 'NotFound' };
        return {
          status: 'Accepted',
          certificateHashData: found.map(({ certificate }) => hashOf(certificate)),
        };
      },

      CertificateSigned({ certificateChain }, afterwards) {
        if (isOurs(readCertificate(certificateChain))) {
          pendingKey = undefined;
          return { status: 'Accepted' };
        }
        // A02.FR.07
        afterwards(() => security.report('InvalidChargePointCertificate'));
        return { status: 'Rejected' };
      },
    },
  };
}

function sameHex(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
