import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../consumer.ts';
import { startClosedLoop } from '../rig/closed-loop.ts';
import { connectFleet } from '../rig/station.ts';
import type { Subject } from '../rig/subjects.ts';

export interface Losses extends Receipt {
  /** MeterValues that were answered, and so are events. */
  answered: number;
}

const stations = 100;

/** Load as high as it goes with a subscriber beside it: is every answered MeterValues an event, without a gap? */
export async function measureLosses(subject: Subject, mqttPort: number, seconds: number): Promise<Losses> {
  const consumer = fork(new URL('../consumer.ts', import.meta.url), [String(mqttPort)]);
  await once(consumer, 'message');
  const fleet = await connectFleet(subject.url, 'counted', 0, stations);
  const loop = startClosedLoop(fleet);
  await sleep(seconds * 1000);
  await loop.stop();
  consumer.send({ kind: 'report' });
  const [receipt] = (await once(consumer, 'message')) as [Receipt];
  consumer.disconnect();
  for (const station of fleet) station.close();
  return { answered: loop.calls, ...receipt };
}

/** What was lost, for people; null when nothing was. */
export function lossOf({ answered, meterEvents, missing }: Losses): string | null {
  if (answered === meterEvents && missing === 0) return null;
  return `${answered} MeterValues were answered, ${meterEvents} became events; ${missing} sequence numbers are missing`;
}
