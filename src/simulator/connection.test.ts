import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createManualClock } from './manual-clock.ts';
import { createStation } from './station.ts';
import { buildAcceptedBench } from './test-bench.ts';

test('a station that is refused says why and tries again after growing waits', async (t) => {
  let attempts = 0;
  const server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (_, socket) => {
    attempts += 1;
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
  });
  await once(server, 'listening');
  const clock = createManualClock();
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const station = createStation({ id: 'STRANGER', url, clock });
  const lines: string[] = [];
  station.on('log', (line) => lines.push(line));
  t.after(async () => {
    await station.stop();
    server.close();
  });

  station.start();
  await station.settled();
  assert.match(lines[0] ?? '', /401/);
  await clock.advance(60_000, () => station.settled());
  // After about 1, 2, 4, 8, 16 and 32 seconds.
  assert.ok(attempts >= 5 && attempts <= 7, `${attempts} attempts`);
});

test('switching off and on again while connecting leaves one connection', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  station.crash();
  station.start();
  station.crash();
  station.start();
  await station.until((view) => view.registration === 'accepted');
  await settle();
  station.goOffline();
  station.goOnline();
  await station.until((view) => view.online);
  // The CSMS may learn of the broken ones a moment later.
  for (let turn = 0; turn < 1000 && csms.connections > 1; turn += 1) await settle();
  assert.equal(csms.connections, 1);
});

test('a request that breaks its schema, or names an unknown action, is answered with an error', async (t) => {
  const { csms } = await buildAcceptedBench(t);
  await assert.rejects(csms.callRaw('Reset', { type: 'Gently' }), /PropertyConstraintViolation/);
  await assert.rejects(csms.callRaw('Reset', {}), /ProtocolError/);
  await assert.rejects(csms.callRaw('Dance', {}), /NotImplemented/);
  await assert.rejects(csms.callRaw('Heartbeat', {}), /NotSupported/);
});

test('the id is percent-encoded at the end of the URL', async (t) => {
  const { csms } = await buildAcceptedBench(t, { id: 'DE*ACME/ä 1' });
  assert.equal(csms.handshakes[0]?.url, '/ocpp/DE*ACME%2F%C3%A4%201');
});
