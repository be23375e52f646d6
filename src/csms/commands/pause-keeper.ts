import type { Commands } from '../commands.ts';
import type { Effect } from '../model.ts';
import type { Station } from '../station.ts';
import type { ProfileWriter } from './charging-limit.ts';
import type { CommandContext, Outcome } from './context.ts';
import { endPause, endPauseOfStopped, pauseCharging } from './limits.ts';
import type { SessionWaiters } from './wait-for-session.ts';

/** Starts a command of the gateway itself. */
type Run = (
  station: Station,
  action: string,
  work: (context: CommandContext, writer: ProfileWriter) => Promise<Outcome>,
) => void;

/**
 * Looks after pauses when something happens at the station: the 0 A profile goes away at the stop and at a
 * reconnect, and a limit below the minimum holds the next transaction back, too.
 */
export function createPauseKeeper(waiters: SessionWaiters, run: Run): Commands['observe'] {
  const observe = (station: Station, effect: Effect): void => {
    if (effect.type === 'connected') {
      waiters.connected(station);
      for (const evse of station.evses.values())
        if (evse.pause?.byLimit === false)
          run(station, 'resume', (context, writer) => endPause(context, evse, writer));
    } else if (effect.type === 'transaction_started') {
      const evse = station.evses.get(effect.transaction.evse);
      if (evse?.pause?.byLimit === true && evse.pause.transaction !== effect.transaction.id)
        run(station, 'pause', (context, writer) => pauseCharging(context, evse, true, writer));
    } else if (effect.type === 'transaction_stopped') {
      const evse = station.evses.get(effect.evse);
      if (evse?.pause?.transaction === effect.id)
        run(station, 'resume', (context, writer) => endPauseOfStopped(context, evse, writer));
    }
  };
  return (station, effects) => {
    for (const effect of effects) observe(station, effect);
  };
}
