import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadProtocol } from '../../src/ocpp/validator.ts';
import { ocppVersions } from '../../src/ocpp/version.ts';
import { type BrokerView, viewBroker } from '../support/broker-view.ts';
import { startLocalGateway } from '../support/gateway.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { contractFaults } from '../support/published-contract.ts';
import { readRecordings, type Recording } from './recording.ts';
import { createReplayedStation, type ReplayedStation } from './replayed-station.ts';

/** What the stacks of real stations said to another CSMS, said again to this gateway. */

const folder = process.env['OCPP_FRAMES'] ?? '';
if (folder === '') console.log('OCPP_FRAMES names no folder: no recorded traffic is replayed.');

for (const version of ocppVersions)
  describe(`recorded ${version} traffic`, { timeout: 600_000 }, () => {
    const recordings = folder === '' ? [] : readRecordings(folder, version);
    let mosquitto: Mosquitto;
    let view: BrokerView;

    before(async () => {
      mosquitto = await startMosquitto();
      view = await viewBroker(mosquitto.port);
    });
    after(async () => {
      await view?.close();
      await mosquitto?.stop();
    });

    for (const [number, recording] of recordings.entries())
      it(`${recording.name}: every CALL is answered, every message is an event`, async (t) => {
        const base = `replay-${version.replaceAll('.', '-')}-${number}`;
        const gateway = await startLocalGateway(mosquitto.port, {
          MQTT_BASEPATH: `${base}/`,
          MQTT_USESTATIONNAME: 'true',
          OCPP_JOIN: 'open',
          LOG_LEVEL: 'warn',
        });
        t.after(() => gateway.stop());
        await view.value(`${base}/bridge/state`, 'online');
        const stations = await play(recording, gateway.url, base);
        for (const station of stations) await everyMessageIsAnEvent(station);
        assert.deepEqual(contractFaults(view.messages, base), []);
        assert.deepEqual(
          gateway.lines.filter(({ level }) => level === 'error' || level === 'fatal'),
          [],
        );
      });

    async function play(recording: Recording, gatewayUrl: string, base: string): Promise<ReplayedStation[]> {
      const protocol = await loadProtocol(version);
      const stations = new Map<string, ReplayedStation>();
      for (const line of recording.lines) {
        let station = stations.get(line.cp);
        if (station === undefined) {
          station = createReplayedStation(line.cp, { gatewayUrl, base, view, protocol, recording });
          stations.set(line.cp, station);
        }
        await station.play(line);
      }
      for (const station of stations.values()) await station.leave();
      return [...stations.values()];
    }

    /** In the order in which they were said, each with what it said; a transaction that is told twice ends once. */
    async function everyMessageIsAnEvent({ topic, said }: ReplayedStation): Promise<void> {
      const told = new Set<string>();
      const expected = said
        .filter(({ action, payload }) => {
          const key = transactionKey(action, payload);
          const isNew = key === null || !told.has(key);
          if (key !== null) told.add(key);
          return action !== 'Heartbeat' && isNew;
        })
        .map(({ action, payload }) => ({ action, payload }));
      const events = (): HeardEvent[] =>
        view.messages
          .filter(({ topic: at }) => at.startsWith(`${topic}/event/`))
          .map(({ text }) => JSON.parse(text) as HeardEvent);
      // events come in order: behind the last disconnection there are only results of commands
      await view.until('its last event', () => {
        const all = events();
        return messagesOf(all).length >= expected.length && isGone(all) ? true : undefined;
      });
      const heard = messagesOf(events());
      assert.deepEqual(heard, expected);
    }
  });

interface HeardEvent {
  event: string;
  raw?: string;
  ocpp?: { action: string; request?: object };
}

/** What the station said, by its events; the raw text of an invalid one. */
function messagesOf(events: readonly HeardEvent[]): { action: string; payload: object }[] {
  return events.flatMap(({ event, ocpp, raw }) => {
    if (event === 'invalid' && raw !== undefined) {
      const [, , action, payload] = JSON.parse(raw) as [number, string, string, object];
      return [{ action, payload }];
    }
    return ocpp?.request === undefined ? [] : [{ action: ocpp.action, payload: ocpp.request }];
  });
}

function isGone(events: readonly HeardEvent[]): boolean {
  const last = events.findLast(({ event }) => event === 'connected' || event === 'disconnected');
  return last?.event === 'disconnected';
}

/** What makes two messages about a transaction the same one, whatever their ids are. */
function transactionKey(action: string, payload: Record<string, unknown>): string | null {
  // 2.x tells them apart by everything they say
  if (action === 'TransactionEvent') return JSON.stringify([action, payload]);
  const fields: Record<string, string[]> = {
    StartTransaction: ['connectorId', 'timestamp', 'idTag', 'meterStart'],
    StopTransaction: ['transactionId', 'timestamp', 'meterStop'],
  };
  const names = fields[action];
  return names === undefined ? null : JSON.stringify([action, ...names.map((name) => payload[name])]);
}
