import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createBroker } from '../../src/broker/broker.ts';
import { describeBroker } from './broker.contract.ts';

const log = { debug: () => undefined, warn: () => undefined };

describeBroker(
  'the embedded broker',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'broker-'));
    let broker = await createBroker({ addr: '127.0.0.1', port: 0, dir, log });
    const { port } = broker;
    return {
      port,
      async restart() {
        await broker.close();
        broker = await createBroker({ addr: '127.0.0.1', port, dir, log });
      },
      async stop() {
        await broker.close();
        await rm(dir, { recursive: true });
      },
    };
  },
  { sharedSubscriptions: false },
);
