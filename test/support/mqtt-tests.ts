import { after, afterEach, before } from 'node:test';
import { type Mosquitto, startMosquitto } from './mosquitto.ts';
import { type MqttListener, listenTo } from './mqtt-listener.ts';
import { type MqttSide, type MqttSideOptions, createMqttSide } from './mqtt-side.ts';

export interface MqttTests {
  /** The one broker of the file. */
  readonly port: number;
  /** An MQTT side with a base of its own, and a client that hears what it says. */
  setUp(options?: Partial<MqttSideOptions>): Promise<{ base: string; side: MqttSide; client: MqttListener }>;
  /** Runs after the test. */
  cleanUp(run: () => Promise<void>): void;
}

/** Starts a broker for the tests of a file, and ends after each test what it opened. */
export function useMqtt(): MqttTests {
  let broker: Mosquitto;
  let bases = 0;
  const ends: (() => Promise<void>)[] = [];

  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  return {
    get port() {
      return broker.port;
    },
    async setUp(options = {}) {
      const base = options.basePath ?? `test${++bases}`;
      const port = options.port ?? broker.port;
      const client = await listenTo(port, [`${base}/#`, 'elsewhere/#', 'replies/#']);
      const side = createMqttSide({ port, basePath: base, basePathIsEnvironment: false, ...options });
      ends.push(
        () => client.close(),
        () => side.stop(2),
      );
      await side.connected();
      return { base, side, client };
    },
    cleanUp: (run) => void ends.push(run),
  };
}
