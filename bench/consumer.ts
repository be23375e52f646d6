/**
 * A subscriber of all events at QoS 1 that looks for what is missing. `measure/losses.ts` runs it in a process of its
 * own: told `{ kind: 'report' }` it answers with its `Receipt` when nothing has come for a second.
 */
import { connectAsync } from 'mqtt';

export interface Receipt {
  /** Different meter events. */
  meterEvents: number;
  /** Sequence numbers that never came although a later one did. */
  missing: number;
  /** Events that came again. */
  repeated: number;
}

export const quietMs = 1000;

const [mqttPort = ''] = process.argv.slice(2);
const receipt: Receipt = { meterEvents: 0, missing: 0, repeated: 0 };
/** Highest sequence number of each station. */
const lastSeqs = new Map<string, number>();
let lastAt = 0;

const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
client.on('message', (topic, payload) => {
  lastAt = performance.now();
  const [, station = '', , kind] = topic.split('/');
  const seq = Number(/"seq":(\d+)/.exec(payload.toString('latin1', 0, 200))?.[1]);
  const lastSeq = lastSeqs.get(station) ?? 0;
  if (seq <= lastSeq) {
    receipt.repeated++;
    return;
  }
  receipt.missing += seq - lastSeq - 1;
  lastSeqs.set(station, seq);
  if (kind === 'meter') receipt.meterEvents++;
});
await client.subscribeAsync('ocpp/+/event/+', { qos: 1 });

process.on('message', () => {
  lastAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - lastAt < quietMs) return;
    clearInterval(timer);
    process.send?.(receipt);
  }, 100);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
