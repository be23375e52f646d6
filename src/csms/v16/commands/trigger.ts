import { GatewayError, messageOf } from '../../../errors.ts';
import type {
  ExtendedTriggerMessageRequest,
  TriggerMessageRequest,
} from '../../../ocpp/generated/v16/types.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { getConfig } from './configuration.ts';
import { isAccepted, outcomeOf, request } from './request.ts';

type Triggered = TriggerMessageRequest['requestedMessage'];
type ExtendedTriggered = ExtendedTriggerMessageRequest['requestedMessage'];

/** OCPP 1.6 §7.32. */
const triggerable: readonly Triggered[] = [
  'BootNotification',
  'DiagnosticsStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'MeterValues',
  'StatusNotification',
];

/** What only the message of the security extension has: white paper §6.16. */
const extendedOnly: readonly ExtendedTriggered[] = ['LogStatusNotification', 'SignChargePointCertificate'];

/** OCPP 1.6 §5.17; white paper §5.5. The name counts, not its spelling (`meter_values`). */
export async function trigger(
  context: CommandContext,
  { message, evse }: WordArgs['trigger'],
): Promise<Outcome> {
  const connector = evse === undefined ? {} : { connectorId: evse };
  const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();
  const requestedMessage = triggerable.find((name) => plain(name) === plain(message));
  if (requestedMessage !== undefined)
    return outcomeOf(await request(context, 'TriggerMessage', { requestedMessage, ...connector }));
  const extended = extendedOnly.find((name) => plain(name) === plain(message));
  if (extended !== undefined)
    return outcomeOf(
      await request(context, 'ExtendedTriggerMessage', { requestedMessage: extended, ...connector }),
    );
  throw new GatewayError(
    'invalid_args',
    `/message must be one of ${[...triggerable, ...extendedOnly].join(', ')}`,
    {
      details: { path: '/message', rule: 'enum' },
    },
  );
}

/**
 * Status, meter values and configuration; the boot only of a station that never sent one: errata §3.40 forbids to
 * ask an accepted station again, and some reboot for it.
 */
export async function refresh(context: CommandContext): Promise<Outcome> {
  const { station } = context;
  const steps: [string, () => Promise<boolean>][] = [];
  const ask = (requestedMessage: Triggered, connectorId?: number): void => {
    const payload = { requestedMessage, ...(connectorId !== undefined && { connectorId }) };
    const name = connectorId === undefined ? requestedMessage : `${requestedMessage} ${connectorId}`;
    steps.push([name, async () => isAccepted(await request(context, 'TriggerMessage', payload))]);
  };
  if (station.info === null) ask('BootNotification');
  ask('StatusNotification');
  // some stations refuse meter values without a connector
  for (const evse of station.evses.size === 0 ? [1] : station.evses.keys())
    if (evse > 0) ask('MeterValues', evse);
  steps.push([
    'GetConfiguration',
    async () => (await getConfig(context, { keys: [] })).status === 'accepted',
  ]);

  const result: Record<string, string> = {};
  for (const [name, take] of steps) {
    try {
      result[name] = (await take()) ? 'accepted' : 'rejected';
    } catch (error) {
      // one thing the station does not know must not hide the others
      if (!(error instanceof GatewayError && error.code === 'call_error')) throw error;
      result[name] = messageOf(error);
    }
  }
  const isAnyAccepted = Object.values(result).includes('accepted');
  return { status: isAnyAccepted ? 'accepted' : 'rejected', result };
}
