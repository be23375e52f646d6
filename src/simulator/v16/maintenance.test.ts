import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { buildAcceptedBench } from '../test-bench.ts';
import { createTestAuthority } from '../test-certificate.ts';

const authority = createTestAuthority();
const now = '2026-01-05T08:00:00Z';

test('a firmware update tells its steps, reboots and comes back with the new version', async (t) => {
  const { csms, pass, station } = await buildAcceptedBench(t);
  await csms.call('UpdateFirmware', {
    location: 'https://example.org/fw-2.0.1.bin',
    retrieveDate: '2026-01-05T08:10:00Z',
  });
  await pass(599);
  assert.equal(csms.all('FirmwareStatusNotification').length, 0);
  await pass(60);
  assert.deepEqual(
    csms.all('FirmwareStatusNotification').map(({ status }) => status),
    ['Downloading', 'Downloaded', 'Installing', 'Installed'],
  );
  assert.equal(csms.all('BootNotification').at(-1)?.firmwareVersion, '2.0.1');
  assert.equal(station.view.firmware, '2.0.1');
  assert.ok(csms.all('SecurityEventNotification').some(({ type }) => type === 'FirmwareUpdated'));
});

test('an update waits for the transaction and closes the other connectors meanwhile', async (t) => {
  const { csms, pass, station, statuses } = await buildAcceptedBench(t, { connectors: 2 });
  station.plug(1);
  await station.presentCard('CARD');
  await csms.call('UpdateFirmware', { location: 'ftp://example.org/fw.bin', retrieveDate: now });
  await pass(120);
  assert.equal(csms.all('FirmwareStatusNotification').at(-1)?.status, 'Downloaded');
  assert.equal(statuses(2).at(-1), 'Unavailable');
  await station.presentCard('CARD');
  await pass(60);
  assert.equal(csms.all('FirmwareStatusNotification').at(-1)?.status, 'Installed');
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'Local');
  assert.equal(statuses(2).at(-1), 'Available');
});

test('what cannot be fetched fails', async (t) => {
  const { csms, pass } = await buildAcceptedBench(t);
  await csms.call('UpdateFirmware', { location: 'gopher://example.org/fw.bin', retrieveDate: now });
  await csms.call('GetDiagnostics', { location: 'gopher://example.org/' });
  await pass(60);
  assert.equal(csms.all('FirmwareStatusNotification').at(-1)?.status, 'DownloadFailed');
  assert.equal(csms.all('DiagnosticsStatusNotification').at(-1)?.status, 'UploadFailed');
});

test('a signed update needs a certificate and tells its request id; a second one replaces it', async (t) => {
  const { csms, pass } = await buildAcceptedBench(t);
  const firmware = {
    location: 'https://example.org/fw.bin',
    retrieveDateTime: now,
    installDateTime: '2026-01-05T09:00:00Z',
    signature: 'c2ln',
    signingCertificate: 'no certificate',
  };
  const update = (requestId: number, signingCertificate: string) =>
    csms.call('SignedUpdateFirmware', { requestId, firmware: { ...firmware, signingCertificate } });
  assert.deepEqual(await update(1, 'no certificate'), { status: 'InvalidCertificate' });
  assert.deepEqual(await update(2, authority.root), { status: 'Accepted' });
  await pass(1);
  assert.deepEqual(await update(3, authority.root), { status: 'AcceptedCanceled' });
  await pass(3700);
  const told = csms.all('SignedFirmwareStatusNotification');
  assert.deepEqual(
    told.filter(({ requestId }) => requestId === 3).map(({ status }) => status),
    [
      'Downloading',
      'Downloaded',
      'SignatureVerified',
      'InstallScheduled',
      'Installing',
      'InstallRebooting',
      'Installed',
    ],
  );
  await csms.call('ExtendedTriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
  await pass(1);
  assert.deepEqual(csms.all('SignedFirmwareStatusNotification').at(-1), { status: 'Idle' });
});

test('diagnostics and logs are announced and uploaded', async (t) => {
  const { csms, pass } = await buildAcceptedBench(t);
  const { fileName } = await csms.call('GetDiagnostics', { location: 'ftp://example.org/' });
  assert.match(fileName ?? '', /diagnostics/);
  await pass(30);
  assert.deepEqual(
    csms.all('DiagnosticsStatusNotification').map(({ status }) => status),
    ['Uploading', 'Uploaded'],
  );
  const request = { logType: 'SecurityLog' as const, log: { remoteLocation: 'https://example.org/' } };
  assert.equal((await csms.call('GetLog', { ...request, requestId: 1 })).status, 'Accepted');
  assert.equal((await csms.call('GetLog', { ...request, requestId: 2 })).status, 'AcceptedCanceled');
  await pass(30);
  assert.deepEqual(csms.all('LogStatusNotification').at(-1), { status: 'Uploaded', requestId: 2 });
});

test('certificates are installed, listed by their hashes and deleted', async (t) => {
  const { csms } = await buildAcceptedBench(t);
  const certificateType = 'CentralSystemRootCertificate' as const;
  const install = (certificate: string) => csms.call('InstallCertificate', { certificateType, certificate });
  assert.deepEqual(await install('rubbish'), { status: 'Rejected' });
  assert.deepEqual(await csms.call('GetInstalledCertificateIds', { certificateType }), {
    status: 'NotFound',
  });
  assert.deepEqual(await install(authority.root), { status: 'Accepted' });
  const { certificateHashData } = await csms.call('GetInstalledCertificateIds', { certificateType });
  const [hash] = certificateHashData ?? [];
  assert.deepEqual(hash, {
    hashAlgorithm: 'SHA256',
    issuerNameHash: authority.nameHash,
    issuerKeyHash: authority.keyHash,
    serialNumber: 'FFF',
  });
  const remove = () => csms.call('DeleteCertificate', { certificateHashData: hash });
  assert.deepEqual(await remove(), { status: 'Accepted' });
  assert.deepEqual(await remove(), { status: 'NotFound' });
});

test('the station asks for a certificate of its own, and accepts one for its new key only', async (t) => {
  const { csms, settle } = await buildAcceptedBench(t);
  const sent = async (certificateChain: string) =>
    (await csms.call('CertificateSigned', { certificateChain })).status;
  assert.equal(await sent(authority.root), 'Rejected');
  await settle();
  assert.equal(csms.all('SecurityEventNotification').at(-1)?.type, 'InvalidChargePointCertificate');
  await csms.call('ChangeConfiguration', { key: 'CpoName', value: 'Example Power' });
  await csms.call('ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' });
  await settle();
  const csr = csms.all('SignCertificate')[0]?.csr ?? '';
  assert.match(csr, /^-----BEGIN CERTIFICATE REQUEST-----/);
  const certificate = authority.issue(csr);
  assert.match(new X509Certificate(certificate).subject, /O=Example Power/);
  assert.equal(await sent(authority.root), 'Rejected');
  assert.equal(await sent(certificate), 'Accepted');
});
