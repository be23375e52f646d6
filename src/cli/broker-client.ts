import type { IClientOptions, MqttClient } from 'mqtt';
import type { BrokerChoice } from '../config/broker-choice.ts';
import type { RemoteAddress } from '../config/broker-address.ts';
import type { Config } from '../config/load.ts';
import { GatewayError, messageOf } from '../errors.ts';

/**
 * A connected MQTT client with the gateway's own settings; the embedded broker is reached on its port. The
 * client does not reconnect.
 *
 * @throws GatewayError `broker_unreachable`.
 */
export async function connectToBroker(config: Config, choice: BrokerChoice): Promise<MqttClient> {
  const { MQTT_PROTOCOL, MQTT_KEEPALIVE, MQTT_TIMEOUT } = config.values;
  const options: IClientOptions = {
    ...targetOf(choice),
    keepalive: MQTT_KEEPALIVE,
    connectTimeout: MQTT_TIMEOUT * 1000,
    reconnectPeriod: 0,
  };
  try {
    return await connectOnce({ ...options, protocolVersion: MQTT_PROTOCOL === '3.1.1' ? 4 : 5 });
  } catch (error) {
    if (MQTT_PROTOCOL !== 'auto' || !isOldBroker(error)) throw unreachable(error);
  }
  try {
    return await connectOnce({ ...options, protocolVersion: 4 });
  } catch (error) {
    throw unreachable(error);
  }
}

async function connectOnce(options: IClientOptions): Promise<MqttClient> {
  const { connect } = await import('mqtt');
  return new Promise((resolve, reject) => {
    const client = connect(options);
    const fail = (error: Error): void => {
      client.end(true);
      reject(error);
    };
    client.once('error', fail);
    client.once('close', () =>
      fail(new Error('the broker closed the connection, or did not answer in time')),
    );
    client.once('connect', () => {
      client.removeAllListeners('close');
      client.off('error', fail);
      // the end of the connection says it
      client.on('error', () => client.end(true));
      resolve(client);
    });
  });
}

function unreachable(error: unknown): GatewayError {
  return new GatewayError('broker_unreachable', messageOf(error), { cause: error });
}

function targetOf(choice: BrokerChoice): IClientOptions {
  if (choice.kind === 'embedded') return { protocol: 'mqtt', host: choice.addr, port: choice.port };
  const { username, password } = choice;
  return {
    ...optionsOf(choice.address),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

function optionsOf(address: RemoteAddress): IClientOptions {
  if (address.transport === 'unix') return { protocol: 'mqtt', unixSocket: true, path: address.path };
  const { host, port, tls } = address;
  const common = { host, port, ...tls };
  if (address.transport === 'tcp') return { ...common, protocol: tls === null ? 'mqtt' : 'mqtts' };
  const { path, headers } = address;
  return { ...common, protocol: tls === null ? 'ws' : 'wss', path, wsOptions: { headers } };
}

// CONNACK of a broker of MQTT 3.1.1 for another version: return code 1 (MQTT 3.1.1 §3.2.2.3), which MQTT 5
// does not have; its own is 0x84 (§3.2.2.2).
function isOldBroker(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 1 || error.code === 0x84);
}
