import { GatewayError } from '../../../errors.ts';
import type {
  ClearChargingProfileRequest,
  SetChargingProfileRequest,
} from '../../../ocpp/generated/v16/types.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { isAccepted, outcomeOf, request } from './request.ts';

/** OCPP 1.6 §5.16, with the caller's own profile. */
export async function setProfile(context: CommandContext, args: WordArgs['set_profile']): Promise<Outcome> {
  // the request is validated before it is sent
  const csChargingProfiles = args.profile as SetChargingProfileRequest['csChargingProfiles'];
  return outcomeOf(
    await request(context, 'SetChargingProfile', { connectorId: args.evse, csChargingProfiles }),
  );
}

const purposes = ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'] as const;

/** OCPP 1.6 §5.5; without any argument it clears all profiles: errata §3.25. */
export async function clearProfile(
  context: CommandContext,
  args: WordArgs['clear_profile'],
): Promise<Outcome> {
  const purpose = purposes.find((name) => name === args.purpose);
  if (args.purpose !== undefined && purpose === undefined)
    throw new GatewayError('invalid_args', `/purpose must be one of ${purposes.join(', ')}`, {
      details: { path: '/purpose', rule: 'enum' },
    });
  const payload: ClearChargingProfileRequest = {
    ...(args.id !== undefined && { id: args.id }),
    ...(args.evse !== undefined && { connectorId: args.evse }),
    ...(purpose !== undefined && { chargingProfilePurpose: purpose }),
    ...(args.stack_level !== undefined && { stackLevel: args.stack_level }),
  };
  return outcomeOf(await request(context, 'ClearChargingProfile', payload));
}

/** OCPP 1.6 §5.7. */
export async function getSchedule(context: CommandContext, args: WordArgs['get_schedule']): Promise<Outcome> {
  const answer = await request(context, 'GetCompositeSchedule', {
    connectorId: args.evse,
    duration: args.duration,
    ...(args.unit !== undefined && { chargingRateUnit: args.unit }),
  });
  if (!isAccepted(answer)) return outcomeOf(answer);
  const { scheduleStart = null, chargingSchedule = null } = answer;
  return {
    status: 'accepted',
    result: { evse: args.evse, start: scheduleStart, schedule: chargingSchedule },
  };
}
