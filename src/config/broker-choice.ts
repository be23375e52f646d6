import { readableUrl, type RemoteAddress, remoteAddress } from './broker-address.ts';
import type { Config } from './load.ts';
import type { OptionName } from './schema.ts';

export type BrokerChoice =
  | {
      kind: 'remote';
      address: RemoteAddress;
      username: string | undefined;
      password: string | undefined;
      /** Without user info. */
      url: string;
      /** What was chosen and why, for the log. */
      line: string;
    }
  | { kind: 'embedded'; addr: string; port: number; line: string };

export interface BrokerProbe {
  /** Whether an MQTT broker answers there. */
  answers: (host: string, port: number) => Promise<boolean>;
  /** Content of a PEM file; throws when there is none. */
  readFile: (path: string) => string;
}

/** Settings that tell of a broker, in the earlier program, which then was on localhost. */
const connectionNames = [
  'MQTT_PORT',
  'MQTT_USERNAME',
  'MQTT_PASSWORD',
  'MQTT_TRANSPORT',
  'MQTT_KEEPALIVE',
  'MQTT_TIMEOUT',
  'MQTT_RECONNECT_BASE_DELAY',
  'MQTT_RECONNECT_MAX_DELAY',
  'MQTT_CLIENT_ID',
  'MQTT_WEBSOCKET_PATH',
  'MQTT_WEBSOCKET_HEADERS',
] as const satisfies readonly OptionName[];

/**
 * Which broker: `MQTT_URL`; `MQTT_HOSTNAME`; localhost when another connection setting of the earlier program is
 * there; localhost:1883 when a broker answers; else the embedded one.
 *
 * @throws GatewayError `config_invalid` when a PEM file cannot be read.
 */
export async function chooseBroker(config: Config, probe: BrokerProbe): Promise<BrokerChoice> {
  const { values } = config;
  const remote = (host: string, reason: string): BrokerChoice => {
    const target = remoteAddress(config, host, probe.readFile);
    const url = readableUrl(target.address);
    return { kind: 'remote', ...target, url, line: `MQTT broker ${url} (${reason})` };
  };

  if (values.MQTT_URL !== undefined) return remote('', `MQTT_URL, ${config.whereOf('MQTT_URL')}`);
  if (values.MQTT_HOSTNAME !== undefined) {
    return remote(values.MQTT_HOSTNAME, `MQTT_HOSTNAME, ${config.whereOf('MQTT_HOSTNAME')}`);
  }
  const told = connectionNames.find((name) => config.sourceOf(name) !== 'default');
  if (told !== undefined) return remote('localhost', `${told} is set, ${config.whereOf(told)}`);
  if (await probe.answers('localhost', 1883))
    return remote('localhost', 'no broker is set, this one answers');

  const { BROKER_ADDR: addr, BROKER_PORT: port } = values;
  const line = `embedded MQTT broker on ${addr}:${port} (no broker is set, none answers on localhost:1883)`;
  return { kind: 'embedded', addr, port, line };
}
