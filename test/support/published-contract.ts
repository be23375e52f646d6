import { Ajv } from 'ajv';
import { channels } from '../../src/mqtt/channels.ts';
import { payloads } from '../../src/mqtt/payloads.ts';
import { addresses, type AddressName } from '../../src/mqtt/topics.ts';
import type { SeenMessage } from './broker-view.ts';

// strict mode does not know the keywords of documentation
const ajv = new Ajv({ strict: false });
const names = Object.keys(addresses) as AddressName[];

/**
 * What a gateway published that its contract does not say: a topic without an address, another QoS, a payload that
 * does not fit. For stations at `base/<station>`.
 */
export function contractFaults(messages: readonly SeenMessage[], base: string): string[] {
  const patterns = names.map((name) => ({ name, pattern: patternOf(name, base) }));
  const faults = new Set<string>();
  for (const { topic, text, packet } of messages) {
    if (!topic.startsWith(`${base}/`) || text === '') continue;
    const name = patterns.find(({ pattern }) => pattern.test(topic))?.name;
    if (name === undefined) {
      faults.add(`${topic} has no address`);
      continue;
    }
    const channel = channels[name];
    if (channel.by === 'others') continue;
    if (packet.qos !== channel.qos) faults.add(`${topic} has QoS ${packet.qos}`);
    const problem = payloadProblem(channel.payload, text);
    if (problem !== null) faults.add(`${topic}: ${problem} in ${text.slice(0, 300)}`);
  }
  return [...faults];
}

function patternOf(name: AddressName, base: string): RegExp {
  const topic = addresses[name]
    .replace('{base}', RegExp.escape(base))
    .replace('{station}', `${RegExp.escape(base)}/(?!bridge/)[^/]+`)
    .replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${topic}$`);
}

/** A payload is a plain text or JSON, by its schema. */
function payloadProblem(name: keyof typeof payloads, text: string): string | null {
  if (ajv.validate(payloads[name], text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'neither a text that is allowed nor JSON';
  }
  return ajv.validate(payloads[name], value) ? null : ajv.errorsText();
}
