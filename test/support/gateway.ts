import { chooseBroker } from '../../src/config/broker-choice.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { createLog, type LogLine } from '../../src/log.ts';
import {
  type GatewayProcess,
  type GatewayProcessOptions,
  spawnGateway,
  temporaryFolder,
} from './gateway-process.ts';

/** Settings of a gateway that belongs to one test: free ports, the given broker, no discovery beside it. */
function settingsOf(mqttPort: number, more: Record<string, string> = {}): Record<string, string> {
  return {
    LISTEN_ADDR: '127.0.0.1',
    LISTEN_PORT: '0',
    HTTP_PORT: 'off',
    MQTT_HOSTNAME: '127.0.0.1',
    MQTT_PORT: String(mqttPort),
    MQTT_RECONNECT_BASE_DELAY: '1',
    MQTT_RECONNECT_MAX_DELAY: '1',
    ...more,
  };
}

export interface ServingGateway extends GatewayProcess {
  /** Of the listener for stations. */
  readonly port: number;
  /** `ws://127.0.0.1:<port>` */
  readonly url: string;
}

export interface ServingOptions extends GatewayProcessOptions {
  mqttPort: number;
}

/** A gateway process that serves stations: on a free port unless `env` says LISTEN_PORT. */
export async function serveGateway({ mqttPort, env, ...options }: ServingOptions): Promise<ServingGateway> {
  const gateway = await spawnGateway({ ...options, env: settingsOf(mqttPort, env) });
  return whenServing(gateway);
}

/** Resolves when a process serves stations. */
export async function whenServing(gateway: GatewayProcess): Promise<ServingGateway> {
  const [, port] = await gateway.says(/listening for charging stations addr=\S+ port=(\d+)/);
  return { ...gateway, port: Number(port), url: `ws://127.0.0.1:${port}` };
}

/** A gateway in this process. */
export interface LocalGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly folder: string;
  /** Every line logged, from info on. */
  readonly lines: LogLine[];
  stop(): Promise<void>;
}

/** Starts the whole gateway in this process, with a temporary data folder. */
export async function startLocalGateway(
  mqttPort: number,
  env: Record<string, string> = {},
): Promise<LocalGateway> {
  const folder = await temporaryFolder();
  const lines: LogLine[] = [];
  const { config } = loadConfig({
    flags: {},
    env: settingsOf(mqttPort, { DATA_DIR: folder, ...env }),
    cwd: folder,
    readFile: () => undefined,
  });
  const log = createLog({ level: config.values.LOG_LEVEL, format: 'json', output: { write: () => true } });
  log.onLine('info', (line) => lines.push(line));
  const choice = await chooseBroker(config, { answers: async () => false, readFile: () => '' });
  const gateway = await startGateway({ config, choice, log, version: '0.0.0', restart: () => undefined });
  let stopping: Promise<void> | undefined;
  return {
    gateway,
    url: `ws://127.0.0.1:${gateway.ocpp.port}`,
    folder,
    lines,
    stop: () => (stopping ??= gateway.stop()),
  };
}
