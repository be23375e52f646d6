import assert from 'node:assert/strict';
import { encodeIdentity } from '../../src/mqtt/topics.ts';
import type { JsonObject } from '../../src/ocpp/frame.ts';
import { errorCodeFor } from '../../src/ocpp/errors.ts';
import { maskSecrets } from '../../src/ocpp/secrets.ts';
import type { Protocol } from '../../src/ocpp/validator.ts';
import type { BrokerView } from '../support/broker-view.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';
import type { RecordedLine, Recording } from './recording.ts';

type Payload = Record<string, unknown>;

/** A CALL as it was said here, and what came back. */
interface Said {
  action: string;
  messageId: string;
  payload: Payload;
}

export interface ReplayedStation {
  readonly topic: string;
  /** Every CALL of the station so far. */
  readonly said: readonly Said[];
  play(line: RecordedLine): Promise<void>;
  leave(): Promise<void>;
}

/** Plays one station of a recording against a gateway, which is asked over MQTT for what the recorded CSMS sent. */
export function createReplayedStation(
  id: string,
  { gatewayUrl, base, view, protocol, recording }: ReplayOptions,
): ReplayedStation {
  const topic = `${base}/${encodeIdentity(id)}`;
  const said: Said[] = [];
  /** Transaction ids of the recording to those of this gateway. */
  const transactions = new Map<number, number>();
  /** Message ids of the recorded CALLs of the CSMS to those of this gateway, with the action. */
  const asked = new Map<string, { messageId: string; action: string; result: number }>();
  const results = new Map<string, number>();
  let station: WireStation | undefined;

  async function leave(): Promise<void> {
    await station?.close();
    station = undefined;
    // what was not answered is told at the latest now
    for (const [action, count] of results) await view.nthJson(`${topic}/call_result/${action}`, count - 1);
  }

  function here(): WireStation {
    assert.ok(station !== undefined, `${id} is not connected in the recording`);
    return station;
  }

  async function say(messageId: string, action: string, recorded: Payload): Promise<void> {
    const payload = withTransaction(recorded);
    said.push({ action, messageId, payload });
    const answer = await here().ask(action, payload, messageId);
    const violations = protocol.validateRequest(action, payload);
    if (answer[0] === 4) {
      assert.ok(violations !== null, `${action} was refused: ${JSON.stringify(answer)}`);
      const codes = violations.map(({ kind }) => errorCodeFor(protocol.version, kind));
      assert.ok(codes.includes(answer[2] as never), `${JSON.stringify(answer)} for ${codes.join(', ')}`);
      return;
    }
    assert.equal(answer[0], 3);
    assert.equal(protocol.validateResponse(action, answer[2]), null, JSON.stringify(answer));
    const { transactionId } = answer[2] as { transactionId?: number };
    const before = recording.transactionIds.get(messageId);
    if (transactionId !== undefined && before !== undefined) transactions.set(before, transactionId);
  }

  async function ask(messageId: string, action: string, recorded: Payload): Promise<void> {
    const payload = withTransaction(recorded);
    const number = here().calls.filter((call) => call.action === action).length;
    const result = results.get(action) ?? 0;
    results.set(action, result + 1);
    here().answers.set(action, null);
    await view.publish(`${topic}/call/${action}`, payload);
    if (protocol.validateRequest(action, payload) !== null) {
      const refused = await view.nthJson(`${topic}/call_result/${action}`, result);
      assert.equal(refused['status'], 'error');
      return;
    }
    const call = await here().called(action, number);
    assert.deepEqual(call.payload, payload);
    asked.set(messageId, { messageId: call.messageId, action, result });
  }

  async function answer(frame: unknown[]): Promise<void> {
    const question = asked.get(String(frame[1]));
    // an answer to what this gateway refused to send
    if (question === undefined) return;
    const { messageId, action, result: number } = question;
    here().socket.send(JSON.stringify([frame[0], messageId, ...frame.slice(2)]));
    const result = await view.nthJson(`${topic}/call_result/${action}`, number);
    if (frame[0] === 4) {
      assert.equal(result['status'], 'error');
      assert.equal((result['error'] as { code: string }).code, frame[2]);
    } else {
      const payload = maskSecrets(action, frame[2] as JsonObject);
      assert.deepEqual(result, { id: null, status: 'ok', payload });
    }
  }

  function withTransaction(payload: Payload): Payload {
    const mapped = transactions.get(Number(payload['transactionId']));
    return mapped === undefined ? payload : { ...payload, transactionId: mapped };
  }

  return {
    topic,
    said,
    leave,
    async play(line) {
      if (line.dir === 'open') {
        await leave();
        const offered = (line.offered ?? '').split(',').filter((name) => name.trim() !== '');
        station = await connectStation(gatewayUrl + line.url, offered);
      } else if (line.dir === 'close') await leave();
      else if (line.frame[0] === 2) {
        const [, messageId, action, payload] = line.frame as [number, string, string, Payload];
        await (line.dir === 'in' ? say : ask)(messageId, action, payload);
      } else if (line.dir === 'in') await answer(line.frame);
    },
  };
}

export interface ReplayOptions {
  gatewayUrl: string;
  base: string;
  view: BrokerView;
  protocol: Protocol;
  recording: Recording;
}
