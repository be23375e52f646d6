import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { GatewayError } from '../errors.ts';
import type { Publication } from './bus.ts';
import { createPatientPublisher } from './patient-publisher.ts';

const message = (topic: string): Publication => ({ topic, payload: '', qos: 1, retain: false });

function setUp() {
  const clock = createManualClock();
  const sent: string[] = [];
  const failures: string[] = [];
  const bus = {
    connected: true,
    failure: null as GatewayError | null,
    publish({ topic }: Publication): Promise<void> {
      if (bus.failure !== null) return Promise.reject(bus.failure);
      sent.push(topic);
      return Promise.resolve();
    },
  };
  const publisher = createPatientPublisher(bus, clock, ({ topic }) => failures.push(topic));
  return { bus, clock, sent, failures, publisher };
}

test('a message waits for the broker as long as it is worth it', () => {
  const { bus, clock, sent, publisher } = setUp();
  bus.connected = false;
  publisher.publish(message('live'), 60_000);
  publisher.publish(message('result'), 600_000);
  publisher.publish(message('frame'), 0);
  clock.advance(60_001);
  bus.connected = true;
  publisher.resume();
  assert.deepEqual(sent, ['result']);
});

test('a message whose connection was lost is sent again; one that is refused is told', async () => {
  const { bus, sent, failures, publisher } = setUp();
  bus.failure = new GatewayError('broker_unreachable', 'gone');
  publisher.publish(message('lost'), 60_000);
  await Promise.resolve();
  bus.failure = new GatewayError('publish_refused', 'no');
  publisher.publish(message('refused'), 60_000);
  await Promise.resolve();
  bus.failure = null;
  publisher.resume();
  assert.deepEqual(sent, ['lost']);
  assert.deepEqual(failures, ['refused']);
});

test('only so many wait: the oldest go', () => {
  const { bus, sent, publisher } = setUp();
  bus.connected = false;
  for (let at = 0; at < 1500; at++) publisher.publish(message(String(at)), 60_000);
  bus.connected = true;
  publisher.resume();
  assert.equal(sent.length, 1000);
  assert.equal(sent[0], '500');
});
