import type { Clock } from '../csms/ports.ts';
import { GatewayError } from '../errors.ts';
import type { Bus, Publication } from './bus.ts';

/** What waits for a broker that is away; beyond it the oldest goes. */
const WAITING_MAX = 1000;

interface Waiting {
  publication: Publication;
  /** Monotonic ms. */
  until: number;
}

/** Single messages that are worth little later: results, live events. They wait a while for a broker that is away. */
export interface PatientPublisher {
  /** `ms`: how long it is worth waiting for; 0: now or never. */
  publish(publication: Publication, ms: number): void;
  /** There is a connection. */
  resume(): void;
}

export function createPatientPublisher<T>(
  bus: Pick<Bus<T>, 'connected' | 'publish'>,
  clock: Clock,
  failed: (publication: Publication, error: unknown) => void,
): PatientPublisher {
  let waiting: Waiting[] = [];

  function keep(message: Waiting): void {
    if (message.until <= clock.monotonic()) return;
    waiting.push(message);
    if (waiting.length > WAITING_MAX) waiting.shift();
  }

  function send(message: Waiting): void {
    bus.publish(message.publication).catch((error: unknown) => {
      if (error instanceof GatewayError && error.code === 'broker_unreachable') keep(message);
      else failed(message.publication, error);
    });
  }

  return {
    publish(publication, ms) {
      const message = { publication, until: clock.monotonic() + ms };
      if (bus.connected) send(message);
      else keep(message);
    },
    resume() {
      const now = clock.monotonic();
      const messages = waiting;
      waiting = [];
      for (const message of messages) if (message.until > now) send(message);
    },
  };
}
