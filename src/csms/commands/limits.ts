import { GatewayError } from '../../errors.ts';
import { evseOf, runningTransaction } from '../station.ts';
import type { Evse, Station } from '../station.ts';
import { roundedDown } from './charging-limit.ts';
import type { ChargingLimit, ProfileWriter } from './charging-limit.ts';
import type { CommandContext, Outcome } from './context.ts';
import { publishLimit, publishStationLimit } from './limit-state.ts';
import type { LimitPacer } from './limit-pacer.ts';
import { onlyEvse } from './station-facts.ts';
import { minimumCurrent } from './words/charging.ts';
import type { LimitWord, WordArgs } from './words/index.ts';

/** Below it a single phase of 230 V gets less than the minimum current. W. */
const minimumPower = minimumCurrent * 230;

/** Sent where only the number of phases is wanted: a profile needs a limit, and this is what a wallbox can do. A. */
const fullCurrent = 32;

type Wanted = Pick<ChargingLimit, 'unit' | 'value' | 'phases' | 'durationSeconds'>;

export type LimitCommands = {
  readonly [W in LimitWord]: (
    context: CommandContext,
    args: WordArgs[W],
    writer: ProfileWriter,
  ) => Promise<Outcome>;
};

/** The commands that limit charging, the same for every OCPP version. Guarantees, "Limits". */
export function createLimitCommands(pacer: LimitPacer): LimitCommands {
  return {
    async set_limit(context, args, writer) {
      const { station } = context;
      const evseId = args.evse ?? onlyEvse(station);
      const wanted = wantedLimit(args, station.evses.get(evseId));
      await pacer.turn(laneOf(station, evseId), wanted, context.expiresAt);
      if (evseId === 0) return setStationLimit(context, wanted, writer);
      return setEvseLimit(context, evseOf(station, evseId), wanted, writer);
    },

    async clear_limit(context, args, writer) {
      const { station } = context;
      const evseId = args.evse ?? onlyEvse(station);
      await pacer.turn(laneOf(station, evseId), { value: Infinity, unit: 'A' }, context.expiresAt);
      if (evseId > 0) return clearEvseLimit(context, evseOf(station, evseId), writer);
      const isCleared = await writer.clear(context, 'station', 0);
      if (isCleared) publishStationLimit(context.core, station, null);
      return outcomeOf(isCleared);
    },

    async pause(context, args, writer) {
      const evse = evseOf(context.station, args.evse);
      if (runningTransaction(context.station, evse.id) === null)
        throw new GatewayError('no_transaction', `no transaction is running on EVSE ${evse.id}`);
      return pauseCharging(context, evse, false, writer);
    },

    resume: (context, args, writer) => endPause(context, evseOf(context.station, args.evse), writer),

    async set_phases(context, args, writer) {
      const evse = evseOf(context.station, args.evse);
      const { current, power } = evse.limit ?? { current: null, power: null };
      const unit = power === null ? 'A' : 'W';
      const phases = args.phases === 'auto' ? null : args.phases;
      if (evse.pause?.byLimit === true) {
        // only a limit at or above the minimum ends this pause: the phases count from then on
        evse.limit = { current, power, phases };
        publishLimit(context.core, context.station, evse);
        return outcomeOf(true, { phases: args.phases });
      }
      const wanted: Wanted = { unit, value: power ?? current ?? fullCurrent, phases, durationSeconds: null };
      await pacer.turn(laneOf(context.station, evse.id), wanted, context.expiresAt);
      return setEvseLimit(context, evse, wanted, writer);
    },
  };
}

function laneOf(station: Station, evse: number): string {
  return `${station.id}/${evse}`;
}

function wantedLimit(args: WordArgs['set_limit'], evse: Evse | undefined): Wanted {
  const { current, power, phases = evse?.limit?.phases ?? null, duration = null } = args;
  if (current !== undefined && power !== undefined)
    throw new GatewayError('invalid_args', '/power cannot be given together with current', {
      details: { path: '/power', rule: 'oneOf' },
    });
  if (current !== undefined)
    return { unit: 'A', value: roundedDown(current), phases, durationSeconds: duration };
  if (power !== undefined) return { unit: 'W', value: roundedDown(power), phases, durationSeconds: duration };
  throw new GatewayError('invalid_args', '/current or /power is missing', {
    details: { path: '/current', rule: 'required' },
  });
}

async function setStationLimit(
  context: CommandContext,
  wanted: Wanted,
  writer: ProfileWriter,
): Promise<Outcome> {
  const isTaken = await writer.set(context, { ...wanted, purpose: 'station', evse: 0, transaction: null });
  if (isTaken) publishStationLimit(context.core, context.station, wanted);
  return outcomeOf(isTaken, limitResult(wanted));
}

async function setEvseLimit(
  context: CommandContext,
  evse: Evse,
  wanted: Wanted,
  writer: ProfileWriter,
): Promise<Outcome> {
  const { core, station } = context;
  if (wanted.value < (wanted.unit === 'A' ? minimumCurrent : minimumPower))
    return pauseCharging(context, evse, true, writer);

  const isDefault = await writer.set(context, {
    ...wanted,
    purpose: 'default',
    evse: evse.id,
    transaction: null,
  });
  const running = runningTransaction(station, evse.id);
  const isPausedByCommand = evse.pause?.byLimit === false && evse.pause.transaction === running?.id;
  let isEnforced = isDefault;
  // a default does not bind a transaction that has a profile of its own: OCPP 1.6 §3.13.1
  if (running !== null && !isPausedByCommand)
    isEnforced = await writer.set(context, {
      ...wanted,
      purpose: 'transaction',
      evse: evse.id,
      transaction: running.id,
    });
  if (isEnforced) {
    evse.limit = {
      current: wanted.unit === 'A' ? wanted.value : null,
      power: wanted.unit === 'W' ? wanted.value : null,
      phases: wanted.phases,
    };
    if (!isPausedByCommand) delete evse.pause;
    publishLimit(core, station, evse);
  }
  return outcomeOf(isDefault && isEnforced, limitResult(wanted));
}

async function clearEvseLimit(context: CommandContext, evse: Evse, writer: ProfileWriter): Promise<Outcome> {
  const { core, station } = context;
  const running = runningTransaction(station, evse.id);
  let isCleared = await writer.clear(context, 'default', evse.id);
  const isPausedByCommand = evse.pause?.byLimit === false;
  if (running !== null && !isPausedByCommand)
    isCleared = (await writer.clear(context, 'transaction', evse.id)) && isCleared;
  if (isCleared) {
    evse.limit = null;
    if (!isPausedByCommand) delete evse.pause;
    publishLimit(core, station, evse);
  }
  return outcomeOf(isCleared);
}

/** 0 A for the running transaction only: a default or station profile of 0 would outlive the gateway's interest. */
export async function pauseCharging(
  context: CommandContext,
  evse: Evse,
  byLimit: boolean,
  writer: ProfileWriter,
): Promise<Outcome> {
  const running = runningTransaction(context.station, evse.id);
  const isPaused =
    running === null ||
    (await writer.set(context, {
      purpose: 'transaction',
      evse: evse.id,
      transaction: running.id,
      unit: 'A',
      value: 0,
      phases: null,
      durationSeconds: null,
    }));
  // the pause of a command outlasts limits: only resume ends it
  const isByCommand = evse.pause?.byLimit === false && evse.pause.transaction === running?.id;
  if (isPaused) {
    evse.pause = { transaction: running?.id ?? null, byLimit: byLimit && !isByCommand };
    publishLimit(context.core, context.station, evse);
  }
  return outcomeOf(isPaused, { paused: isPaused, transaction: running?.id ?? null });
}

/** Puts the limit back in the place of the 0 A profile, or removes it. */
export async function endPause(context: CommandContext, evse: Evse, writer: ProfileWriter): Promise<Outcome> {
  const { core, station } = context;
  const running = runningTransaction(station, evse.id);
  let isEnded = true;
  if (running !== null && evse.limit !== null) {
    const { current, power, phases } = evse.limit;
    isEnded = await writer.set(context, {
      purpose: 'transaction',
      evse: evse.id,
      transaction: running.id,
      unit: power === null ? 'A' : 'W',
      value: power ?? current ?? fullCurrent,
      phases,
      durationSeconds: null,
    });
  } else if (running !== null || (evse.pause !== undefined && evse.pause.transaction !== null)) {
    isEnded = await writer.clear(context, 'transaction', evse.id);
  }
  if (isEnded) {
    delete evse.pause;
    publishLimit(core, station, evse);
  }
  return outcomeOf(isEnded, { paused: !isEnded, transaction: running?.id ?? null });
}

/** After the stop of a paused transaction: a limit below the minimum holds for the next one, too. */
export async function endPauseOfStopped(
  context: CommandContext,
  evse: Evse,
  writer: ProfileWriter,
): Promise<Outcome> {
  const byLimit = evse.pause?.byLimit === true;
  const outcome = await endPause(context, evse, writer);
  if (byLimit) {
    evse.pause = { transaction: null, byLimit };
    publishLimit(context.core, context.station, evse);
  }
  return outcome;
}

function limitResult({ unit, value, phases }: Wanted): Record<string, unknown> {
  return { [unit === 'A' ? 'current' : 'power']: value, ...(phases !== null && { phases }) };
}

function outcomeOf(isAccepted: boolean, result?: unknown): Outcome {
  return {
    status: isAccepted ? 'accepted' : 'rejected',
    ...(isAccepted && result !== undefined && { result }),
  };
}
