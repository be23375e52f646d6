import { hurry, systemClock, type SimulatorClock } from './clock.ts';
import { createRandom, seedOf, type Random } from './random.ts';
import type { SimulatedStation } from './station.ts';
import { createVehicle, type VehicleOptions } from './vehicle.ts';

/**
 * What people do at a station, over and over: `charge` plugs in at once, charges until the vehicle is full and makes
 * room for the next one; `day` brings vehicles for some hours with some hours between them; `idle` leaves it alone.
 */
export type ScenarioName = 'charge' | 'day' | 'idle';

export const scenarioNames: readonly ScenarioName[] = ['charge', 'day', 'idle'];

export interface ScenarioOptions {
  clock?: SimulatorClock;
  /** How many times faster people act; default 1. */
  speed?: number;
  /** Of the card they present. */
  idToken?: string;
}

/** From and to, seconds. */
type Span = readonly [number, number];

interface Habits {
  arriveAfter: Span;
  /** From the plug to the card. */
  cardAfter: Span;
  /** Leaves after this time although the vehicle may not be full; Infinity: stays until it is. */
  stay: Span;
  leaveAfter: Span;
  vehicle: (random: Random) => VehicleOptions;
}

const habits: Record<Exclude<ScenarioName, 'idle'>, Habits> = {
  charge: {
    arriveAfter: [1, 4],
    cardAfter: [1, 3],
    stay: [Infinity, Infinity],
    leaveAfter: [10, 30],
    vehicle: (random) => ({ soc: 25 + random() * 40, maxCurrent: random() < 0.3 ? 32 : 16 }),
  },
  day: {
    arriveAfter: [600, 4 * 3600],
    cardAfter: [5, 40],
    stay: [1800, 6 * 3600],
    leaveAfter: [300, 3600],
    vehicle: (random) => ({
      soc: 10 + random() * 70,
      batteryWh: 40_000 + random() * 50_000,
      phases: random() < 0.3 ? 1 : 3,
    }),
  },
};

/** Plays a scenario at every connector of a station until it is stopped by the function returned. */
export function playScenario(
  station: SimulatedStation,
  name: ScenarioName,
  options: ScenarioOptions = {},
): () => void {
  if (name === 'idle') return () => undefined;
  const { idToken = 'SIMULATED01', clock = systemClock } = options;
  const pace = hurry(clock, options.speed ?? 1);
  const random = createRandom(seedOf(`${station.id} ${name}`));
  const habit = habits[name];
  const cancels = new Set<() => void>();
  let stopped = false;

  function later([from, to]: Span): Promise<void> {
    return new Promise((resolve) => {
      if (stopped || from === Infinity) return;
      const cancel = pace.after((from + random() * (to - from)) * 1000, () => {
        cancels.delete(cancel);
        resolve();
      });
      cancels.add(cancel);
    });
  }

  async function visit(connector: number): Promise<void> {
    await station.until((view) => view.registration === 'accepted' && view.online);
    await later(habit.arriveAfter);
    station.plug(connector, createVehicle(habit.vehicle(random)));
    await later(habit.cardAfter);
    const outcome = await station.presentCard(idToken, connector);
    if (outcome === 'started') await Promise.race([later(habit.stay), done(connector)]);
    if (outcome === 'started' && running(connector)) await station.presentCard(idToken, connector);
    await later(habit.leaveAfter);
    station.unplug(connector);
  }

  /** The vehicle is full, or somebody else ended the transaction. */
  function done(connector: number): Promise<void> {
    return station.until(({ connectors }) => {
      const view = connectors.find(({ id }) => id === connector);
      return view === undefined || (view.soc ?? 100) >= 100 || !charges(view.status);
    });
  }

  function running(connector: number): boolean {
    return station.view.connectors.some(({ id, status }) => id === connector && charges(status));
  }

  function repeat(connector: number): void {
    if (!stopped) void visit(connector).then(() => repeat(connector));
  }

  for (const { id } of station.view.connectors) repeat(id);
  return () => {
    stopped = true;
    for (const cancel of cancels) cancel();
  };
}

function charges(status: string): boolean {
  return ['Charging', 'SuspendedEV', 'SuspendedEVSE'].includes(status);
}
