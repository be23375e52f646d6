import type { Clock } from '../csms/ports.ts';
import type { PublishOutcome } from './bus.ts';
import { isRefusal } from './reason-codes.ts';

/** Stations whose values leave in one turn: a reconnect of thousands must not block the rest. */
const STATIONS_A_TURN = 64;
/** A refused value is tried again after this, ms. */
const RETRY_MS = 30_000;
const COMPACT_AFTER = 1024;

/** The newest value of a retained topic. The same object stands for the topic for as long as it exists. */
export interface RetainedValue {
  readonly stationId: string;
  readonly text: string;
}

/** One retained topic: the token of its publish. */
export interface RetainedSlot<V extends RetainedValue> {
  readonly kind: 'retained';
  readonly value: V;
  readonly topic: Buffer;
  readonly group: Group<V>;
  isDirty: boolean;
  wasSent: boolean;
  /** An empty payload removes what the broker keeps; then the slot is gone. */
  isCleared: boolean;
}

/** The slots of a station. */
interface Group<V extends RetainedValue> {
  readonly slots: Map<V, RetainedSlot<V>>;
  dirty: RetainedSlot<V>[];
  isQueued: boolean;
}

export interface RetainedPublisherOptions<V extends RetainedValue> {
  clock: Clock;
  topicOf: (value: V) => string;
  /** Most values in flight at once, at this moment. */
  limit: () => number;
  publish: (topic: Buffer, text: string, token: RetainedSlot<V>) => PublishOutcome;
  /** The broker refused a value, or it is too large for it. */
  refused: (topic: string, reason: number | 'too_large') => void;
}

/**
 * Retained topics, published when their value changed: what changed in a turn leaves at its end while there is
 * room, and is otherwise coalesced to the newest value.
 */
export interface RetainedPublisher<V extends RetainedValue> {
  /** The text is new, or to be published again. */
  changed(value: V): void;
  acknowledged(slot: RetainedSlot<V>, reasonCode: number): void;
  lost(slot: RetainedSlot<V>): void;
  /** There is room again. */
  resume(): void;
  /** A new connection: everything is published again. */
  republishAll(): void;
  /** The values of a station that are published. */
  valuesOf(stationId: string): Iterable<V>;
  /** Removes what the broker keeps of these, at the topics they had. */
  clear(values: Iterable<V>): void;
  /** The topics of a station may have changed: those that did are cleared, and published at the new place. */
  move(stationId: string): void;
  /** Everything is with the broker. */
  readonly isIdle: boolean;
  stop(): void;
}

export function createRetainedPublisher<V extends RetainedValue>({
  clock,
  topicOf,
  limit,
  publish,
  refused,
}: RetainedPublisherOptions<V>): RetainedPublisher<V> {
  const groups = new Map<string, Group<V>>();
  const slots = new Map<V, RetainedSlot<V>>();
  /** Groups with something dirty, oldest first; those before `at` are done. */
  let queue: Group<V>[] = [];
  let at = 0;
  let inFlight = 0;
  let isScheduled = false;
  let isBlocked = false;
  const refusals = new Set<RetainedSlot<V>>();
  let cancelRetry: (() => void) | null = null;

  function createSlot(value: V): RetainedSlot<V> {
    let group = groups.get(value.stationId);
    if (group === undefined) {
      group = { slots: new Map(), dirty: [], isQueued: false };
      groups.set(value.stationId, group);
    }
    const slot: RetainedSlot<V> = {
      kind: 'retained',
      value,
      topic: Buffer.from(topicOf(value)),
      group,
      isDirty: false,
      wasSent: false,
      isCleared: false,
    };
    group.slots.set(value, slot);
    slots.set(value, slot);
    return slot;
  }

  function soil(slot: RetainedSlot<V>): void {
    if (slot.isDirty) return;
    slot.isDirty = true;
    const { group } = slot;
    group.dirty.push(slot);
    if (group.isQueued) return;
    group.isQueued = true;
    queue.push(group);
    schedule();
  }

  function schedule(): void {
    if (isScheduled || isBlocked) return;
    isScheduled = true;
    setImmediate(flushTurn);
  }

  function flushTurn(): void {
    isScheduled = false;
    flush(STATIONS_A_TURN);
    if (at < queue.length) schedule();
  }

  function flush(mostGroups: number): void {
    if (at >= COMPACT_AFTER) {
      queue = queue.slice(at);
      at = 0;
    }
    const end = Math.min(queue.length, at + mostGroups);
    while (at < end) {
      const group = queue[at] as Group<V>;
      isBlocked = !flushGroup(group);
      if (isBlocked) return;
      group.isQueued = false;
      at++;
    }
    if (at < queue.length) return;
    queue = [];
    at = 0;
  }

  /** False when there is no room for the rest. */
  function flushGroup(group: Group<V>): boolean {
    const { dirty } = group;
    for (let index = 0; index < dirty.length; index++) {
      const slot = dirty[index] as RetainedSlot<V>;
      if (!send(slot)) {
        group.dirty = dirty.slice(index);
        return false;
      }
      slot.isDirty = false;
    }
    dirty.length = 0;
    return true;
  }

  function send(slot: RetainedSlot<V>): boolean {
    // somebody else publishes there by now: there is nothing left to clear
    if (slot.isCleared && isTaken(slot.topic)) return true;
    if (inFlight >= limit()) return false;
    const outcome = publish(slot.topic, slot.isCleared ? '' : slot.value.text, slot);
    if (outcome === 'full') return false;
    if (outcome === 'too_large') refused(slot.topic.toString(), 'too_large');
    else {
      inFlight++;
      slot.wasSent = true;
    }
    return true;
  }

  function resume(): void {
    isBlocked = false;
    if (at < queue.length) schedule();
  }

  function retryLater(slot: RetainedSlot<V>): void {
    refusals.add(slot);
    cancelRetry ??= clock.after(RETRY_MS, () => {
      cancelRetry = null;
      for (const refusal of refusals) soil(refusal);
      refusals.clear();
    });
  }

  /** The slot goes on as the clearing of its topic only. */
  function clear(slot: RetainedSlot<V>): void {
    const { group, value } = slot;
    slots.delete(value);
    group.slots.delete(value);
    if (group.slots.size === 0 && groups.get(value.stationId) === group) groups.delete(value.stationId);
    slot.isCleared = true;
    if (slot.wasSent) soil(slot);
    else group.dirty = group.dirty.filter((other) => other !== slot);
  }

  /** Somebody else publishes there by now. */
  function isTaken(topic: Buffer): boolean {
    for (const slot of slots.values()) if (slot.topic.equals(topic)) return true;
    return false;
  }

  return {
    changed(value) {
      soil(slots.get(value) ?? createSlot(value));
    },
    acknowledged(slot, reasonCode) {
      inFlight--;
      if (isRefusal(reasonCode)) {
        refused(slot.topic.toString(), reasonCode);
        retryLater(slot);
      }
      if (isBlocked) resume();
    },
    lost(slot) {
      inFlight--;
      // a clearing must not come after the first value of the topic's next owner
      if (!slot.isCleared || !isTaken(slot.topic)) soil(slot);
    },
    resume,
    republishAll() {
      for (const slot of slots.values()) soil(slot);
      resume();
    },
    valuesOf: (stationId) => groups.get(stationId)?.slots.keys() ?? [],
    clear(values) {
      for (const value of values) {
        const slot = slots.get(value);
        if (slot !== undefined) clear(slot);
      }
    },
    move(stationId) {
      // a copy, for the new slots join the same map
      const known = Array.from(groups.get(stationId)?.slots.values() ?? []);
      for (const slot of known) {
        if (slot.topic.toString() === topicOf(slot.value)) continue;
        clear(slot);
        soil(createSlot(slot.value));
      }
    },
    get isIdle() {
      return inFlight === 0 && at === queue.length;
    },
    stop: () => cancelRetry?.(),
  };
}
