import { type IClientOptions, type IPublishPacket, ReasonCodes } from 'mqtt';
import type { BusMessage, BusOptions, MqttProtocol, Publication } from './bus.ts';
import { createPacketIds } from './packet-ids.ts';

/** The options of a MQTT.js client that lives as long as its connection: the bus reconnects and subscribes again. */
export function clientOptions(options: BusOptions, protocol: MqttProtocol): IClientOptions {
  const { username, password, will } = options;
  return {
    protocolVersion: protocol === '5' ? 5 : 4,
    clientId: options.clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1 } }),
    keepalive: options.keepaliveSeconds,
    connectTimeout: options.connectTimeoutSeconds * 1000,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    messageIdProvider: createPacketIds(),
    // else 65,536 buffers, one for each number of two bytes: 7 MB
    writeCache: false,
  };
}

export function publishProperties(publication: Publication): IPublishPacket['properties'] {
  const { responseTopic, correlationData, contentType, userProperties } = publication;
  return {
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(userProperties === undefined ? {} : { userProperties }),
  };
}

export function readMessage(topic: string, payload: Buffer, packet: IPublishPacket): BusMessage {
  const { responseTopic, correlationData, userProperties } = packet.properties ?? {};
  return {
    topic,
    payload,
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup,
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData }),
    ...(userProperties === undefined ? {} : { userProperties }),
  };
}

/** The reason code MQTT.js adds to an error that came from the broker; null for others, whose codes are texts. */
export function reasonCodeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/** "Not authorized (0x87)" */
export function describeReason(reasonCode: number): string {
  const name = Object.entries(ReasonCodes).find(([code]) => Number(code) === reasonCode)?.[1];
  return `${name ? `${name} ` : ''}(0x${reasonCode.toString(16).padStart(2, '0')})`;
}
