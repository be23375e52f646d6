import type { TestContext } from 'node:test';
import type { BrokerAddress, Bus, BusOptions } from '../../src/mqtt/bus.ts';
import { createBus } from '../../src/mqtt/create-bus.ts';
import { createSystemClock } from '../../src/clock.ts';

let created = 0;

export function localAddress(port: number): BrokerAddress {
  return { transport: 'tcp', host: '127.0.0.1', port, tls: null };
}

/** A bus that reconnects quickly and is closed when the test ends. */
export function createTestBus<T = number>(
  t: TestContext,
  address: BrokerAddress,
  options: Partial<BusOptions> = {},
): Bus<T> {
  const bus = createBus<T>({
    address,
    protocol: 'auto',
    clientId: `bus-${process.pid}-${++created}`,
    keepaliveSeconds: 60,
    connectTimeoutSeconds: 30,
    reconnectBaseSeconds: 0.02,
    reconnectMaxSeconds: 0.1,
    window: 4000,
    clock: createSystemClock(),
    random: Math.random,
    ...options,
  });
  t.after(() => bus.close());
  return bus;
}

/** The next event of a bus: `await next(bus.onConnect)`. */
export function next<A>(on: (listener: (value: A) => void) => void): Promise<A> {
  return new Promise((resolve) => on(resolve));
}

export async function connectTestBus<T = number>(
  t: TestContext,
  address: BrokerAddress,
  options: Partial<BusOptions> = {},
): Promise<Bus<T>> {
  const bus = createTestBus<T>(t, address, options);
  const connected = next(bus.onConnect);
  bus.connect();
  await connected;
  return bus;
}
