import type { SimulatorClock } from './clock.ts';
import type { Random } from './random.ts';
import type { Vehicle } from './vehicle.ts';

/** The voltage limits and offers are calculated with, V. OCPP 1.6 §7.12: the set voltage of the area. */
export const nominalVoltage = 230;
/** Below this an AC station cannot offer anything, A (IEC 61851-1). */
export const lowestCurrent = 6;

/** What the meter and the sensors of an EVSE show at one point in time. Arrays are L1, L2, L3. */
export interface Measurement {
  /** ms since 1970. */
  time: number;
  voltage: [number, number, number];
  /** A. */
  current: [number, number, number];
  /** W. */
  power: [number, number, number];
  /** Register, Wh; never decreases. */
  energyWh: number;
  /** A per phase offered to the vehicle; 0 when nothing is offered. */
  currentOffered: number;
  /** W. */
  powerOffered: number;
  /** Hz. */
  frequency: number;
  powerFactor: number;
  /** Inside the station, degrees Celsius. */
  temperature: number;
  /** Percent; undefined without a vehicle. */
  soc: number | undefined;
}

export interface EvseOptions {
  clock: SimulatorClock;
  random: Random;
  /** Phases of its supply. */
  phases: 1 | 3;
  /** Wh its meter shows at first. */
  startEnergyWh: number;
}

/** The physical side of an EVSE: a plug, a contactor and a meter. It knows nothing of OCPP. */
export interface Evse {
  readonly phases: 1 | 3;
  readonly vehicle: Vehicle | undefined;
  /** A per phase offered; 0 while the contactor is open. */
  readonly offered: number;
  /** A per phase the vehicle takes at this moment. */
  readonly drawn: number;
  plug(vehicle: Vehicle): void;
  unplug(): void;
  /** Offers this many A per phase from now on; less than 6 A opens the contactor. */
  offer(current: number): void;
  measure(): Measurement;
}

/** The vehicle's appetite changes slowly: energy is summed up in steps of this length, ms. */
const step = 10_000;

export function createEvse(options: EvseOptions): Evse {
  const { clock, random, phases } = options;
  const voltage: [number, number, number] = [nominalVoltage, nominalVoltage, nominalVoltage];
  let energyWh = options.startEnergyWh;
  let temperature = 21;
  let offered = 0;
  let vehicle: Vehicle | undefined;
  let time = clock.now();

  const spread = (width: number): number => (random() - 0.5) * 2 * width;
  const drawn = (): number => (vehicle === undefined ? 0 : Math.min(offered, vehicle.currentWanted));
  const phasesUsed = (): number => Math.min(phases, vehicle?.phases ?? phases);

  function currents(): [number, number, number] {
    const current = drawn();
    const used = phasesUsed();
    return [current, used > 1 ? current : 0, used > 1 ? current : 0];
  }

  function stir(current: number): void {
    for (const index of [0, 1, 2] as const) {
      const resting = nominalVoltage - current * 0.06;
      voltage[index] += (resting - voltage[index]) * 0.2 + spread(0.5);
    }
  }

  /** Lets everything happen that happened since the last look. */
  function catchUp(): void {
    const now = clock.now();
    while (time < now) {
      const current = drawn();
      const end = current === 0 ? now : Math.min(now, time + step);
      const hours = (end - time) / 3_600_000;
      stir(current);
      const [l1, l2, l3] = powers();
      const taken = (l1 + l2 + l3) * hours;
      energyWh += taken;
      vehicle?.store(taken);
      const settled = 21 + current * 0.9;
      temperature += (settled - temperature) * (1 - Math.exp(-(end - time) / 900_000));
      time = end;
    }
    time = now;
  }

  function powers(): [number, number, number] {
    const [a, b, c] = currents();
    return [voltage[0] * a, voltage[1] * b, voltage[2] * c];
  }

  return {
    phases,
    get vehicle() {
      catchUp();
      return vehicle;
    },
    get offered() {
      return offered;
    },
    get drawn() {
      catchUp();
      return drawn();
    },
    plug(arriving) {
      catchUp();
      vehicle = arriving;
    },
    unplug() {
      catchUp();
      vehicle = undefined;
    },
    offer(current) {
      catchUp();
      offered = current < lowestCurrent ? 0 : current;
    },
    measure() {
      catchUp();
      const current = drawn();
      return {
        time,
        voltage: [...voltage],
        current: currents(),
        power: powers(),
        energyWh,
        currentOffered: offered,
        powerOffered: offered * nominalVoltage * phases,
        frequency: 50 + spread(0.03),
        powerFactor: current === 0 ? 1 : 0.98 + spread(0.01),
        temperature,
        soc: vehicle?.soc,
      };
    },
  };
}
