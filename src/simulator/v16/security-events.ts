import type { SimulatorClock } from '../clock.ts';
import { messageOf } from '../../errors.ts';
import type { Calls } from './calls.ts';
import type { Request } from './messages.ts';

/** Security white paper §8, as far as this station has them. */
type SecurityEvent =
  | 'FirmwareUpdated'
  | 'StartupOfTheDevice'
  | 'ResetOrReboot'
  | 'ReconfigurationOfSecurityParameters'
  | 'InvalidFirmwareSigningCertificate'
  | 'InvalidChargePointCertificate';

/** Events that are told in order and with guaranteed delivery. Security white paper, A04. */
export interface SecurityEvents {
  report(type: SecurityEvent, techInfo?: string): void;
  /** Sends what is waiting. */
  flush(): void;
}

export function createSecurityEvents(
  calls: Calls,
  clock: SimulatorClock,
  log: (text: string) => void,
): SecurityEvents {
  const waiting: Request<'SecurityEventNotification'>[] = [];
  let working = false;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    try {
      for (let first = waiting[0]; first !== undefined && calls.allowed; first = waiting[0]) {
        await calls.call('SecurityEventNotification', first);
        waiting.shift();
      }
    } catch (error) {
      log(`SecurityEventNotification: ${messageOf(error)}`);
    }
    working = false;
  }

  return {
    report(type, techInfo) {
      waiting.push({
        type,
        timestamp: new Date(clock.now()).toISOString(),
        ...(techInfo !== undefined && { techInfo }),
      });
      void work();
    },
    flush: () => void work(),
  };
}
