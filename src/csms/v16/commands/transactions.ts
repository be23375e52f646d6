import type { RemoteStartTransactionRequest } from '../../../ocpp/generated/v16/types.ts';
import { GatewayError } from '../../../errors.ts';
import { roundedDown } from '../../commands/charging-limit.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import { transactionToStop } from '../../commands/station-facts.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import type { SentStart, Station } from '../../station.ts';
import { profileOf } from './charging-profile.ts';
import { idTagOf, isAccepted, outcomeOf, request, transactionIdOf } from './request.ts';

/** A driver has so long to plug in before the start is forgotten; stations wait 30 s to 5 minutes. */
const startMemoryMs = 10 * 60_000;

/** OCPP 1.6 §5.11. The answer comes before the car does: the transaction's own event names this command. */
export async function start(context: CommandContext, args: WordArgs['start']): Promise<Outcome> {
  const { core, station } = context;
  if (station.evses.get(args.evse)?.chargingEnabled === false)
    throw new GatewayError('charging_disabled', `charging_enabled is OFF for EVSE ${args.evse}`);
  const idTag = idTagOf(args.id_token ?? core.options.remoteIdToken);
  const sent: SentStart = {
    idToken: idTag,
    evse: args.evse,
    command: context.id,
    until: core.clock.now() + startMemoryMs,
  };
  const chargingProfile = profileOfStart(args);
  const payload: RemoteStartTransactionRequest = {
    connectorId: args.evse,
    idTag,
    ...(chargingProfile !== undefined && { chargingProfile }),
  };
  // before it is sent: the station may ask about the token before it answers
  station.sentStarts.push(sent);
  core.touch(station);
  let answer;
  try {
    answer = await request(context, 'RemoteStartTransaction', payload);
  } catch (error) {
    if (!mayHaveArrived(error)) forget(station, sent);
    throw error;
  }
  if (isAccepted(answer)) return { status: 'accepted', result: { transaction: null } };
  forget(station, sent);
  return outcomeOf(answer);
}

/** The purpose must be TxProfile and there must be no transactionId: OCPP 1.6 §5.16.2. */
function profileOfStart({
  evse,
  current,
  profile,
}: WordArgs['start']): RemoteStartTransactionRequest['chargingProfile'] {
  // the caller's own object; the request is validated before it is sent
  if (profile !== undefined) return profile as RemoteStartTransactionRequest['chargingProfile'];
  if (current === undefined) return undefined;
  return profileOf(
    {
      purpose: 'transaction',
      evse,
      transaction: null,
      unit: 'A',
      value: roundedDown(current),
      phases: null,
      durationSeconds: null,
    },
    null,
  );
}

function mayHaveArrived(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 'timeout';
}

function forget(station: Station, sent: SentStart): void {
  station.sentStarts = station.sentStarts.filter((start) => start !== sent);
}

/** OCPP 1.6 §5.12. */
export async function stop(context: CommandContext, args: WordArgs['stop']): Promise<Outcome> {
  const named = args.transaction === undefined ? null : String(args.transaction);
  const transaction = transactionToStop(context.station, named, args.evse ?? null);
  const answer = await request(context, 'RemoteStopTransaction', {
    transactionId: transactionIdOf(transaction),
  });
  return outcomeOf(answer, { transaction });
}
