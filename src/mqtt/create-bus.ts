import { GatewayError, messageOf } from '../errors.ts';
import type {
  Bus,
  BusMessage,
  BusOptions,
  ConnectedInfo,
  MqttProtocol,
  Publication,
  SubscriptionGrant,
} from './bus.ts';
import type { FastLane } from './fast-lane.ts';
import { type Link, type LinkEnd, openLink } from './link.ts';
import { describeReason } from './mqtt-js.ts';

const CLOSE_SECONDS = 5;

/** Functions that are told of something, in the order they were added. */
function createListeners<A extends unknown[]>() {
  const listeners: ((...args: A) => void)[] = [];
  return {
    add: (listener: (...args: A) => void) => void listeners.push(listener),
    tell: (...args: A): void => {
      for (const listener of listeners) listener(...args);
    },
  };
}

/**
 * The pause before attempt `attempt` (from 0): doubled from base to max, less a random part of up to half, so
 * that the clients of a broker that comes back do not come all at once.
 */
export function reconnectDelay(attempt: number, options: BusOptions): number {
  const { reconnectBaseSeconds, reconnectMaxSeconds, random } = options;
  const seconds = Math.min(reconnectMaxSeconds, reconnectBaseSeconds * 2 ** attempt);
  return seconds * 1000 * (1 - random() / 2);
}

interface Subscription {
  filter: string;
  /** Told the first answer only. */
  answered: ((grant: SubscriptionGrant) => void) | null;
}

/** A bus over MQTT.js and our own fast lane on the same connection. */
export function createBus<T>(options: BusOptions): Bus<T> {
  const connects = createListeners<[ConnectedInfo]>();
  const disconnects = createListeners<[string]>();
  const errors = createListeners<[Error]>();
  const messages = createListeners<[BusMessage]>();
  const acknowledgements = createListeners<[T, number]>();
  const windows = createListeners<[]>();
  const losses = createListeners<[T[]]>();
  const ends = createListeners<[]>();

  const subscriptions: Subscription[] = [];
  let link: Link<T> | null = null;
  let lane: FastLane<T> | null = null;
  let protocol: MqttProtocol = options.protocol === 'auto' ? '5' : options.protocol;
  /** The broker said that it does not take the other version. */
  let isSettledProtocol = options.protocol !== 'auto';
  let failures = 0;
  let cancelReconnect: (() => void) | null = null;
  let wantsRoom = false;
  let isClosing = false;
  let noticeSettled: (() => void) | null = null;

  function subscribeOn(current: Link<T>, subscription: Subscription): void {
    const answered = (grant: SubscriptionGrant) => {
      if (subscription.answered !== null) subscription.answered(grant);
      else if (!grant.granted) {
        const message = `The broker refuses the subscription of ${grant.filter}: ${describeReason(grant.reasonCode)}`;
        errors.tell(new GatewayError('subscription_refused', message, { details: grant }));
      }
      subscription.answered = null;
    };
    void current.subscribe(subscription.filter).then(answered);
  }

  function open(): void {
    cancelReconnect = null;
    try {
      link = start();
    } catch (error) {
      // What is wrong already before the first byte: a port, a URL, a certificate.
      ended({ reason: messageOf(error), refusesVersion: 'no' }, []);
    }
  }

  function start(): Link<T> {
    const current: Link<T> = openLink<T>(options, protocol, {
      connected(info) {
        failures = 0;
        lane = current.lanes?.fast ?? null;
        for (const subscription of subscriptions) subscribeOn(current, subscription);
        connects.tell(info);
      },
      message: messages.tell,
      acknowledged: acknowledgements.tell,
      settled() {
        noticeSettled?.();
        // At the first PUBACK, not at a good number: a broker with Nagle's algorithm, as Mosquitto is by default,
        // holds the others back until we send something.
        if (!wantsRoom || current.window.inFlight >= current.window.size) return;
        wantsRoom = false;
        windows.tell();
      },
      ended,
    });
    return current;
  }

  function ended(end: LinkEnd, lost: T[]): void {
    const wasConnected = lane !== null;
    link = lane = null;
    wantsRoom = false;
    if (lost.length > 0) losses.tell(lost);
    if (wasConnected) disconnects.tell(end.reason);
    ends.tell();
    if (isClosing) return;
    if (wasConnected) {
      // 3.1.1 that was only tried because nobody answered may have been a mistake.
      if (!isSettledProtocol) protocol = '5';
    } else if (chooseProtocol(end)) return open();
    else {
      const message = `No connection to the MQTT broker: ${end.reason}`;
      errors.tell(new GatewayError('broker_unreachable', message));
    }
    cancelReconnect = options.clock.after(reconnectDelay(failures++, options), open);
  }

  /** After a failed attempt: whether the other version is to be tried at once. */
  function chooseProtocol({ refusesVersion }: LinkEnd): boolean {
    if (isSettledProtocol || protocol === '3.1.1') {
      if (!isSettledProtocol) protocol = '5';
      return false;
    }
    if (refusesVersion === 'no') return false;
    protocol = '3.1.1';
    isSettledProtocol = refusesVersion === 'yes';
    return true;
  }

  async function publish(publication: Publication): Promise<void> {
    const slow = link?.lanes?.slow;
    if (!slow) throw new GatewayError('broker_unreachable', `Not connected: ${publication.topic}`);
    await slow.publish(publication);
  }

  /** Resolves when nothing is in flight; stays pending when the link ends before. */
  function settle({ window }: Link<T>): Promise<void> {
    return new Promise((resolve) => {
      noticeSettled = () => {
        if (window.inFlight === 0) resolve();
      };
      noticeSettled();
    });
  }

  return {
    get connected() {
      return lane !== null;
    },
    get protocol() {
      return lane === null ? null : protocol;
    },
    get inFlight() {
      return link?.window.inFlight ?? 0;
    },
    get window() {
      return link?.window.size ?? 0;
    },
    connect() {
      if (link === null && cancelReconnect === null && !isClosing) open();
    },
    publishFast(topic, payload, retain, token) {
      if (lane === null) return 'full';
      const outcome = lane.publish(topic, payload, retain, token);
      if (outcome === 'full') wantsRoom = true;
      return outcome;
    },
    publish,
    subscribe(filters) {
      return Promise.all(
        filters.map(
          (filter) =>
            new Promise<SubscriptionGrant>((answered) => {
              const subscription = { filter, answered };
              subscriptions.push(subscription);
              if (link !== null && lane !== null) subscribeOn(link, subscription);
            }),
        ),
      );
    },
    async close({ last = [], timeoutSeconds = CLOSE_SECONDS } = {}) {
      isClosing = true;
      cancelReconnect?.();
      if (link === null) return;
      const current = link;
      const end = new Promise<void>((resolve) => ends.add(resolve));
      const cancelTimeout = options.clock.after(timeoutSeconds * 1000, () =>
        current.destroy('closed in time'),
      );
      if (lane === null) current.destroy('closed');
      else {
        const published = Promise.allSettled(last.map(publish));
        await Promise.race([published.then(() => settle(current)), end]);
        current.disconnect();
      }
      await end;
      cancelTimeout();
    },
    onConnect: connects.add,
    onDisconnect: disconnects.add,
    onError: errors.add,
    onMessage: messages.add,
    onAcknowledged: acknowledgements.add,
    onWindow: windows.add,
    onLost: losses.add,
  };
}
