import { GatewayError } from '../../../errors.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import { onlyEvse } from '../../commands/station-facts.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { dateTime, idTagOf, newRequestId, onlyFirstConnector, outcomeOf, request } from './request.ts';

/** OCPP 1.6 §5.18. */
export async function unlock(
  context: CommandContext,
  { evse, connector }: WordArgs['unlock'],
): Promise<Outcome> {
  onlyFirstConnector(connector);
  return outcomeOf(await request(context, 'UnlockConnector', { connectorId: evse }));
}

/** OCPP 1.6 §5.14. */
export async function reset(context: CommandContext, { type, evse }: WordArgs['reset']): Promise<Outcome> {
  if (type === 'resume')
    throw new GatewayError('unsupported', 'OCPP 1.6 has no reset that resumes transactions');
  if (evse !== undefined && evse !== 0)
    throw new GatewayError('unsupported', 'OCPP 1.6 can only reset the whole station');
  return outcomeOf(await request(context, 'Reset', { type: type === 'hard' ? 'Hard' : 'Soft' }));
}

/** OCPP 1.6 §5.2; connector 0 is the station with all its connectors. */
export async function setAvailability(
  context: CommandContext,
  { evse, connector, operative }: WordArgs['set_availability'],
): Promise<Outcome> {
  onlyFirstConnector(connector);
  const type = operative ? 'Operative' : 'Inoperative';
  return outcomeOf(await request(context, 'ChangeAvailability', { connectorId: evse, type }));
}

/** OCPP 1.6 §5.13. */
export async function reserve(context: CommandContext, args: WordArgs['reserve']): Promise<Outcome> {
  const reservationId = args.id ?? newRequestId(context);
  const answer = await request(context, 'ReserveNow', {
    connectorId: args.evse ?? onlyEvse(context.station),
    expiryDate: dateTime(args.expires_at),
    idTag: idTagOf(args.id_token),
    ...(args.parent_id_token !== undefined && { parentIdTag: idTagOf(args.parent_id_token) }),
    reservationId,
  });
  return outcomeOf(answer, { id: reservationId });
}

/** OCPP 1.6 §5.1. */
export async function cancelReservation(
  context: CommandContext,
  { id }: WordArgs['cancel_reservation'],
): Promise<Outcome> {
  return outcomeOf(await request(context, 'CancelReservation', { reservationId: id }), { id });
}
