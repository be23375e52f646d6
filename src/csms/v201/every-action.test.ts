import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';
import { createSchemaMessages } from '../../../test/support/schema-messages.ts';
import { errorCodeFor } from '../../ocpp/errors.ts';
import { loadProtocol, type Protocol } from '../../ocpp/validator.ts';
import type { OcppVersion } from '../../ocpp/version.ts';

const counts = { 'ocpp2.0.1': 25, 'ocpp2.1': 37 } as const;

for (const version of ['ocpp2.0.1', 'ocpp2.1'] as const)
  describe(`every message of an ${version} station`, async () => {
    const protocol = await loadProtocol(version);
    const messages = createSchemaMessages(version);
    const actions = [...protocol.actions.values()].filter(({ direction }) => direction !== 'csms');
    let test: TestCsms;
    let station: TestStation;
    let number = 0;

    before(async () => {
      test = await createTestCsms();
    });
    after(() => test.close());

    const fresh = (): void => void (station = test.connect(`S${++number}`, version));
    const told = () =>
      test.outside.events.filter((event) => event['station'] === `S${number}` && event.kind !== 'connection');

    it('is known', () => {
      assert.equal(actions.length, counts[version]);
    });

    for (const { name, send } of actions)
      for (const [form, payload] of [
        ['full', messages.full(name)],
        ['minimal', messages.minimal(name)],
      ] as const)
        it(`${name}, ${form}: ${send ? 'an event' : 'a valid answer and an event'}`, async () => {
          fresh();
          assert.equal(protocol.validateRequest(name, payload), null);
          if (send) station.send(JSON.stringify([6, 'm', name, payload]));
          else {
            const answer = await station.call(name, payload);
            assert.equal(answer[0], 3, JSON.stringify(answer));
            assert.equal(protocol.validateResponse(name, answer[2]), null, JSON.stringify(answer[2]));
          }
          await nextMessageIsAnswered(station);
          const [event, next, ...others] = told();
          if (name === 'Heartbeat') return assert.equal(next, undefined);
          assert.deepEqual(others, []);
          assert.ok(event);
          assert.notEqual(event.event, 'invalid');
          assert.deepEqual((event['ocpp'] as { request: object }).request, payload);
          assert.equal(event['anomalies'], undefined);
        });

    for (const { name, send } of actions)
      it(`${name}: each fault gets the code of its kind, and never disturbs the next message`, async () => {
        fresh();
        for (const { fault, payload } of messages.broken(name)) {
          const violations = protocol.validateRequest(name, payload);
          assert.equal(violations?.[0]?.kind, fault);
          if (send) station.send(JSON.stringify([6, 'm', name, payload]));
          else {
            const answer = await station.call(name, payload);
            if (isTolerated(name, payload, protocol)) assert.equal(answer[0], 3, JSON.stringify(answer));
            else assert.equal(answer[2], errorCodeFor(version as OcppVersion, fault), JSON.stringify(answer));
          }
          await nextMessageIsAnswered(station);
        }
      });
  });

/** After it, everything before it is on its way. */
async function nextMessageIsAnswered(station: TestStation): Promise<void> {
  const next = { status: 'Idle', requestId: 1 };
  const [type] = await station.call('LogStatusNotification', next, `after-${station.frames.length}`);
  assert.equal(type, 3);
}

/** What stations leave out and what costs nothing. */
function isTolerated(action: string, payload: object, protocol: Protocol): boolean {
  const [first] = protocol.validateRequest(action, payload) ?? [];
  return first?.keyword === 'required' && action === 'TransactionEvent' && first.path === '/triggerReason';
}
