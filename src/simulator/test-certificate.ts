import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readElements, tag, toPem, writeElement, writeOid } from './der.ts';

/** A certificate authority for tests. */
export interface TestAuthority {
  /** PEM of its root certificate. */
  root: string;
  nameHash: string;
  keyHash: string;
  /** The certificate for a PEM request, signed by this authority. */
  issue(csr: string): string;
}

const utcTime = 0x17;
const explicitVersion = 0xa0;
const algorithm = writeElement(tag.sequence, writeOid('1.2.840.10045.4.3.2'));

export function createTestAuthority(): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ownKey = publicKey.export({ type: 'spki', format: 'der' });
  const ownName = name('Simulator test root');

  function certificate(subject: Buffer, key: Buffer): string {
    const body = writeElement(
      tag.sequence,
      writeElement(explicitVersion, writeElement(tag.integer, Buffer.from([2]))),
      writeElement(tag.integer, Buffer.from([0x0f, 0xff])),
      algorithm,
      ownName,
      writeElement(tag.sequence, time('200101000000Z'), time('400101000000Z')),
      subject,
      key,
    );
    const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]);
    return toPem(
      'CERTIFICATE',
      writeElement(tag.sequence, body, algorithm, writeElement(tag.bitString, signature)),
    );
  }

  return {
    root: certificate(ownName, ownKey),
    nameHash: sha256(ownName),
    keyHash: sha256(parts(ownKey)[1]?.content.subarray(1) ?? Buffer.alloc(0)),
    issue(csr) {
      const der = Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ''), 'base64');
      const [, subject, key] = parts(parts(der)[0]?.raw ?? der);
      return certificate(subject?.raw ?? ownName, key?.raw ?? ownKey);
    },
  };
}

function parts(element: Buffer): ReturnType<typeof readElements> {
  return readElements(readElements(element)[0]?.content ?? element);
}

function name(commonName: string): Buffer {
  const attribute = writeElement(
    tag.sequence,
    writeOid('2.5.4.3'),
    writeElement(tag.utf8, Buffer.from(commonName, 'utf8')),
  );
  return writeElement(tag.sequence, writeElement(tag.set, attribute));
}

function time(text: string): Buffer {
  return writeElement(utcTime, Buffer.from(text, 'latin1'));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
