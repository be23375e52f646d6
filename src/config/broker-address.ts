import { isIP } from 'node:net';
import { GatewayError, messageOf } from '../errors.ts';
import type { Config } from './load.ts';
import type { Values } from './schema.ts';
import { describeSetting } from './settings.ts';

/** PEM texts. */
interface BrokerTlsTexts {
  ca?: string;
  cert?: string;
  key?: string;
}

/** Where a broker outside this process is; `tls: null` is plain text. */
export type RemoteAddress =
  | { transport: 'tcp'; host: string; port: number; tls: BrokerTlsTexts | null }
  | {
      transport: 'websockets';
      host: string;
      port: number;
      path: string;
      headers: Record<string, string>;
      tls: BrokerTlsTexts | null;
    }
  | { transport: 'unix'; path: string };

export interface RemoteTarget {
  address: RemoteAddress;
  username: string | undefined;
  password: string | undefined;
}

type ReadFile = (path: string) => string;

const defaultPorts: Readonly<Record<string, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };

/**
 * The address that `MQTT_URL` gives, or else `host` with the other MQTT settings. TLS is used with mqtts and wss,
 * and with a host when a certificate authority or a client certificate is set.
 *
 * @throws GatewayError `config_invalid` when a PEM file cannot be read.
 */
export function remoteAddress(config: Config, host: string, readFile: ReadFile): RemoteTarget {
  const { values } = config;
  if (values.MQTT_URL !== undefined) return fromUrl(config, values.MQTT_URL, readFile);
  const {
    MQTT_TRANSPORT: transport,
    MQTT_PORT: port,
    MQTT_USERNAME: username,
    MQTT_PASSWORD: password,
  } = values;
  const credentials = { username, password };
  if (transport === 'unix') return { address: { transport, path: host }, ...credentials };
  const isSecure = values.MQTT_CA !== undefined || values.MQTT_CERT !== undefined;
  const tls = isSecure ? readTls(config, readFile) : null;
  const address: RemoteAddress =
    transport === 'tcp'
      ? { transport, host, port, tls }
      : {
          transport,
          host,
          port,
          tls,
          path: webSocketPath(values),
          headers: { ...values.MQTT_WEBSOCKET_HEADERS },
        };
  return { address, ...credentials };
}

function fromUrl(config: Config, text: string, readFile: ReadFile): RemoteTarget {
  const { values } = config;
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (defaultPorts[scheme] ?? 0) : Number(url.port);
  const tls = scheme === 'mqtts' || scheme === 'wss' ? readTls(config, readFile) : null;
  const path = url.pathname.length > 1 ? `${url.pathname}${url.search}` : webSocketPath(values);
  return {
    address: scheme.startsWith('ws')
      ? { transport: 'websockets', host, port, tls, path, headers: { ...values.MQTT_WEBSOCKET_HEADERS } }
      : { transport: 'tcp', host, port, tls },
    username: url.username === '' ? values.MQTT_USERNAME : decodeURIComponent(url.username),
    password: url.password === '' ? values.MQTT_PASSWORD : decodeURIComponent(url.password),
  };
}

function webSocketPath({ MQTT_WEBSOCKET_PATH: path = '/mqtt' }: Values): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function readTls(config: Config, readFile: ReadFile): BrokerTlsTexts {
  const read = (name: 'MQTT_CA' | 'MQTT_CERT' | 'MQTT_KEY'): string | undefined => {
    const path = config.values[name];
    if (path === undefined) return undefined;
    try {
      return readFile(path);
    } catch (error) {
      const where = config.whereOf(name);
      const line = describeSetting(name, { written: path, source: config.sourceOf(name), where });
      throw new GatewayError('config_invalid', `${line}: must be a readable file: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
  const ca = read('MQTT_CA');
  const cert = read('MQTT_CERT');
  const key = read('MQTT_KEY');
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** `mqtts://broker:8883`, without user info. */
export function readableUrl(address: RemoteAddress): string {
  if (address.transport === 'unix') return `unix:${address.path}`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  const secure = address.tls === null ? '' : 's';
  return address.transport === 'tcp'
    ? `mqtt${secure}://${host}:${address.port}`
    : `ws${secure}://${host}:${address.port}${address.path}`;
}
