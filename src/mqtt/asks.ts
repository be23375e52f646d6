import { isoTime } from '../csms/event.ts';
import type { Clock, Question } from '../csms/ports.ts';
import { GatewayError } from '../errors.ts';
import type { Publication } from './bus.ts';
import { readObject } from './json.ts';
import type { Ask } from './payloads.ts';
import { topicOf } from './topics.ts';

export interface AsksOptions {
  clock: Clock;
  newId: () => string;
  /** The topic of a station. */
  stationTopic: (stationId: string) => string;
  publish: (publication: Publication) => Promise<void>;
  /** A reply that is of no use. */
  unusable: (stationId: string, reason: string) => void;
}

interface OpenQuestion {
  stationId: string;
  settle(answer: unknown): void;
}

/** Questions to the outside: `S/ask/<Action>`, answered on `S/answer/<id>`. */
export interface Asks {
  /** The OCPP response payload of the first answer; null at the deadline, or at once when nobody can be asked. */
  ask(question: Question): Promise<unknown>;
  answered(stationId: string, id: string, payload: Buffer): void;
}

export function createAsks({ clock, newId, stationTopic, publish, unusable }: AsksOptions): Asks {
  const open = new Map<string, OpenQuestion>();

  return {
    ask({ stationId, action, request, evse, timeoutMs }) {
      return new Promise((resolve) => {
        const id = newId();
        const cancel = clock.after(timeoutMs, () => settle(null));
        const settle = (answer: unknown): void => {
          cancel();
          open.delete(id);
          resolve(answer);
        };
        open.set(id, { stationId, settle });
        const deadline = isoTime(clock.now() + timeoutMs);
        const ask: Ask = { id, deadline, request, ...(evse !== null && { evse }) };
        publish({
          topic: topicOf('ask', stationTopic(stationId), { action }),
          payload: JSON.stringify(ask),
          qos: 1,
          retain: false,
        }).catch(() => settle(null));
      });
    },
    answered(stationId, id, payload) {
      const question = open.get(id);
      if (question?.stationId !== stationId) return unusable(stationId, 'no such question is open');
      try {
        question.settle(readObject(payload));
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        unusable(stationId, error.message);
      }
    },
  };
}
