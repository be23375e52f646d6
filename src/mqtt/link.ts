import { type ErrorWithReasonCode, MqttClient, validateTopic } from 'mqtt';
import type { BusMessage, BusOptions, ConnectedInfo, MqttProtocol, SubscriptionGrant } from './bus.ts';
import { type FastLane, type Window, createFastLane } from './fast-lane.ts';
import { createFilterStream } from './filter-stream.ts';
import { clientOptions, describeReason, readMessage } from './mqtt-js.ts';
import { keepPrompt } from './nudge.ts';
import { openConnection } from './open-connection.ts';
import { type SlowLane, createSlowLane } from './slow-lane.ts';

/** The largest packet where the broker names no limit. */
const PACKET_BYTES_DEFAULT = 256 * 1024;
const RECEIVE_MAXIMUM_DEFAULT = 65_535; // MQTT 5 §3.2.2.3.3
/** Unacceptable protocol version: in a CONNACK of MQTT 3.1.1 (§3.2.2.3) and of MQTT 5 (§3.2.2.2). */
const VERSION_REFUSALS = new Set([0x01, 0x84]);
/** Some brokers reset the connection where others close it. */
const HANG_UPS = new Set<unknown>(['ECONNRESET', 'EPIPE']);
/** Topic Filter invalid (MQTT 5 §3.9.3). */
const FILTER_INVALID = 0x8f;

/** Why a link is over. */
export interface LinkEnd {
  reason: string;
  /** `perhaps`: it closed without a word after our CONNECT, as some brokers do that do not know MQTT 5. */
  refusesVersion: 'yes' | 'perhaps' | 'no';
}

export interface LinkEvents<T> {
  connected(info: ConnectedInfo): void;
  message(message: BusMessage): void;
  acknowledged(token: T, reasonCode: number): void;
  /** PUBACKs have come or the connection has drained: there may be room again. */
  settled(): void;
  /** Once, at the end. `lost`: the fast lane's tokens in flight, oldest first. */
  ended(end: LinkEnd, lost: T[]): void;
}

/** One network connection to the broker, from CONNECT to its end. */
export interface Link<T> {
  readonly window: Window;
  /** null until the broker has accepted the connection. */
  readonly lanes: { fast: FastLane<T>; slow: SlowLane } | null;
  /** Stays pending when the link ends before the broker has answered: the bus asks again on the next. */
  subscribe(filter: string): Promise<SubscriptionGrant>;
  /** DISCONNECT, so that the will is not published; then `ended`. */
  disconnect(): void;
  /** Closes at once, without DISCONNECT; then `ended`. */
  destroy(reason: string): void;
}

export function openLink<T>(options: BusOptions, protocol: MqttProtocol, events: LinkEvents<T>): Link<T> {
  const window = { size: 0, inFlight: 0 };
  let lanes: Link<T>['lanes'] = null;
  let isOpen = false;
  let reason: string | null = null;
  let reasonCode: number | null = null;
  let acknowledgedOne = false;
  let aliveSince = options.clock.monotonic();

  const connection = openConnection(options.address, () => (isOpen = true));
  const stream = createFilterStream({
    connection,
    acknowledged(packetId, code) {
      acknowledgedOne = true;
      lanes?.fast.acknowledge(packetId, (token) => events.acknowledged(token, code));
    },
    settled() {
      if (!acknowledgedOne) return;
      acknowledgedOne = false;
      putOffPing();
      settled();
    },
  });
  const client = new MqttClient(() => stream, clientOptions(options, protocol));

  const { nudgeTopic } = options;
  const noticeMessage =
    nudgeTopic === undefined
      ? () => {}
      : keepPrompt({
          connection,
          clock: options.clock,
          nudge: () => client.publish(nudgeTopic, '', { qos: 0 }),
        });

  /** MQTT.js does not see our PUBACKs: without this a busy broker with a late PINGRESP would count as silent. */
  function putOffPing(): void {
    const now = options.clock.monotonic();
    if (now - aliveSince < options.keepaliveSeconds * 250) return;
    aliveSince = now;
    client.reschedulePing(true);
  }

  function settled(): void {
    lanes?.slow.proceed();
    events.settled();
  }

  function destroy(why: string): void {
    reason ??= why;
    stream.destroy();
  }

  function fail(error: NodeJS.ErrnoException | ErrorWithReasonCode): void {
    if (typeof error.code === 'number') reasonCode ??= error.code;
    // The several addresses of a name fail in one error without a message of its own.
    if (!HANG_UPS.has(error.code)) reason ??= error.message || String(error.code);
    stream.destroy();
  }

  function refusesVersion(): LinkEnd['refusesVersion'] {
    if (lanes !== null) return 'no';
    if (reasonCode !== null) return VERSION_REFUSALS.has(reasonCode) ? 'yes' : 'no';
    return isOpen && reason === null ? 'perhaps' : 'no';
  }

  client.on('connect', ({ properties = {} }) => {
    const receiveMaximum = properties.receiveMaximum ?? RECEIVE_MAXIMUM_DEFAULT;
    const maximumPacketSize = properties.maximumPacketSize ?? PACKET_BYTES_DEFAULT;
    window.size = Math.min(options.window, receiveMaximum);
    lanes = {
      fast: createFastLane<T>({ connection, protocol, window, maximumPacketSize, drained: settled }),
      slow: createSlowLane({ client, window, maximumPacketSize, settled }),
    };
    events.connected({ protocol, receiveMaximum, maximumPacketSize: properties.maximumPacketSize ?? null });
  });
  client.on('message', (topic, payload, packet) => {
    noticeMessage();
    events.message(readMessage(topic, payload, packet));
  });
  client.on('disconnect', ({ reasonCode: code = 0 }) =>
    destroy(`the broker disconnects: ${describeReason(code)}`),
  );
  client.on('error', fail);
  // MQTT.js keeps errors without a code to itself.
  stream.on('error', fail);
  client.on('close', () => {
    const end = { refusesVersion: refusesVersion(), reason: reason ?? 'the broker closed the connection' };
    lanes?.slow.abandon(end.reason);
    const lost = lanes?.fast.abandon() ?? [];
    window.size = 0;
    events.ended(end, lost);
  });

  return {
    window,
    get lanes() {
      return lanes;
    },
    subscribe(filter) {
      if (!validateTopic(filter)) {
        return Promise.resolve({ filter, granted: false, reasonCode: FILTER_INVALID });
      }
      return new Promise((resolve) => {
        client.subscribe([filter], { qos: 1 }, (_error, _subscriptions, packet) => {
          const code = packet?.granted[0];
          if (typeof code === 'number') resolve({ filter, granted: code < 0x80, reasonCode: code });
        });
      });
    },
    disconnect() {
      reason ??= 'closed';
      lanes?.fast.flush();
      client.end();
    },
    destroy,
  };
}
