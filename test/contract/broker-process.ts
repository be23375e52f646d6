import { createBroker } from '../../src/broker/broker.ts';

// An embedded broker to be killed: tells its port, then once when all retained messages are on disk.
const log = { debug: () => undefined, warn: console.warn };
const broker = await createBroker({ addr: '127.0.0.1', port: 0, dir: process.argv[2] ?? '', log });
process.send?.({ port: broker.port });

const watching = setInterval(() => {
  const { retained, unwritten } = broker.stats;
  if (retained === 0 || unwritten > 0) return;
  clearInterval(watching);
  process.send?.({ written: true });
}, 20);
