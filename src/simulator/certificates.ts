import { createHash, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { readElements, tag, toPem, writeElement, writeOid } from './der.ts';

export interface CertificateHash {
  hashAlgorithm: 'SHA256';
  issuerNameHash: string;
  issuerKeyHash: string;
  serialNumber: string;
}

export interface CertificateRequest {
  /** PKCS #10, PEM. */
  csr: string;
  privateKey: KeyObject;
}

/** Reads a PEM text; undefined when it is no certificate. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/**
 * Identifies a certificate by hashes of its issuer's name and key, as RFC 6960 does. OCPP 1.6 security white paper
 * §6.1. A root is its own issuer.
 */
export function hashCertificate(
  certificate: X509Certificate,
  issuers: readonly X509Certificate[],
): CertificateHash {
  const issuer = issuers.find((candidate) => certificate.checkIssued(candidate)) ?? certificate;
  return {
    hashAlgorithm: 'SHA256',
    issuerNameHash: sha256(part(certificate, 3)),
    // Without the count of unused bits that a bit string begins with.
    issuerKeyHash: sha256(readElements(contentOf(part(issuer, 6)))[1]?.content.subarray(1)),
    serialNumber: certificate.serialNumber.replace(/^0+(?=.)/, ''),
  };
}

/** Element of the TBSCertificate: 3 issuer, 6 subject's public key. RFC 5280 §4.1. */
function part(certificate: X509Certificate, index: number): Buffer {
  const [signed] = readElements(contentOf(certificate.raw));
  const elements = readElements(signed?.content ?? Buffer.alloc(0));
  // The version is optional; a certificate without one begins with the serial number.
  const offset = elements[0]?.tag === tag.integer ? -1 : 0;
  return elements[index + offset]?.raw ?? Buffer.alloc(0);
}

function contentOf(raw: Buffer): Buffer {
  return readElements(raw)[0]?.content ?? Buffer.alloc(0);
}

function sha256(bytes: Buffer | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}

const oids = { commonName: '2.5.4.3', organization: '2.5.4.10', ecdsaWithSha256: '1.2.840.10045.4.3.2' };

/** A new key pair and the request to have its certificate signed. RFC 2986. */
export function requestCertificate(commonName: string, organization: string): CertificateRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = [
    ...(organization === '' ? [] : [attribute(oids.organization, organization)]),
    attribute(oids.commonName, commonName),
  ];
  const info = writeElement(
    tag.sequence,
    writeElement(tag.integer, Buffer.from([0])),
    writeElement(tag.sequence, ...names),
    publicKey.export({ type: 'spki', format: 'der' }),
    writeElement(tag.attributes),
  );
  const request = writeElement(
    tag.sequence,
    info,
    writeElement(tag.sequence, writeOid(oids.ecdsaWithSha256)),
    writeElement(tag.bitString, Buffer.from([0]), sign('sha256', info, privateKey)),
  );
  return { csr: toPem('CERTIFICATE REQUEST', request), privateKey };
}

function attribute(oid: string, value: string): Buffer {
  const text = writeElement(tag.utf8, Buffer.from(value, 'utf8'));
  return writeElement(tag.set, writeElement(tag.sequence, writeOid(oid), text));
}
