import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { keepPrompt } from './nudge.ts';

describe('the nudge', () => {
  const server = createServer();
  const clock = createManualClock();
  let broker: Socket;
  let connection: Socket;
  let nudges = 0;
  let noticeMessage: () => void;

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    connection = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [broker] = (await accepted) as [Socket];
    noticeMessage = keepPrompt({ connection, clock, nudge: () => void nudges++ });
  });

  after(() => {
    connection.destroy();
    broker.destroy();
    server.close();
  });

  beforeEach(() => {
    clock.advance(10_000);
    nudges = 0;
  });

  /** The broker sends something, and all that follows from it has happened. */
  async function arrive(): Promise<void> {
    broker.write('x');
    await once(connection, 'data');
    for (let turns = 0; turns < 4; turns++) await turn();
  }

  it('follows what leaves us nothing to say, while messages come', async () => {
    noticeMessage();
    await arrive();
    assert.equal(nudges, 1);
  });

  it('is not sent when we said something', async () => {
    noticeMessage();
    connection.once('data', () => setImmediate(() => connection.write('an answer')));
    await arrive();
    assert.equal(nudges, 0);
  });

  it('is not sent while no messages come', async () => {
    await arrive();
    noticeMessage();
    clock.advance(1000);
    await arrive();
    assert.equal(nudges, 0);
  });

  it('is only for connections of TCP', async () => {
    const stream = new PassThrough();
    const notice = keepPrompt({ connection: stream, clock, nudge: () => void nudges++ });
    notice();
    stream.write('x');
    for (let turns = 0; turns < 4; turns++) await turn();
    assert.equal(nudges, 0);
  });
});
