export interface VehicleOptions {
  /** Usable capacity, Wh. */
  batteryWh?: number;
  /** State of charge when it arrives, percent. */
  soc?: number;
  /** What its on-board charger takes at most, A per phase. */
  maxCurrent?: number;
  phases?: 1 | 3;
}

/** An electric vehicle as a charging station sees it: so many phases, so much current, until it is full. */
export interface Vehicle {
  readonly phases: 1 | 3;
  /** State of charge, percent. */
  readonly soc: number;
  /** A per phase it would take if nothing limited it; 0 when full. */
  readonly currentWanted: number;
  /** Takes energy from the grid, Wh. */
  store(energyWh: number): void;
}

/** Part of the energy that reaches the battery; the rest warms the on-board charger. */
const efficiency = 0.92;
/** State of charge at which the battery begins to take less, percent. */
const taperFrom = 80;
/** Part of the full current the battery still takes just before it is full. */
const taperTo = 0.25;

export function createVehicle(options: VehicleOptions = {}): Vehicle {
  const { batteryWh = 58_000, maxCurrent = 16, phases = 3 } = options;
  let storedWh = (batteryWh * (options.soc ?? 45)) / 100;

  const soc = (): number => Math.min(100, (storedWh / batteryWh) * 100);

  return {
    phases,
    get soc() {
      return soc();
    },
    get currentWanted() {
      const charge = soc();
      if (charge >= 100) return 0;
      const taper = Math.max(0, (charge - taperFrom) / (100 - taperFrom));
      return maxCurrent * (1 - taper * (1 - taperTo));
    },
    store(energyWh) {
      storedWh = Math.min(batteryWh, storedWh + energyWh * efficiency);
    },
  };
}
