import { GatewayError } from '../../errors.ts';
import { transactionJson } from '../transactions.ts';
import type { Core } from '../core.ts';
import type { Transaction } from '../model.ts';
import { evseOf } from '../station.ts';
import type { Evse, Station } from '../station.ts';
import type { CommandContext, Outcome } from './context.ts';
import type { GatewayWord, WordArgs } from './words/index.ts';

/** Most transactions that one answer lists. */
const listLimit = 100;

/** Commands that the gateway carries out by itself: the station may be away. */
export const gatewayCommands: {
  readonly [W in GatewayWord]: (context: CommandContext, args: WordArgs[W]) => Promise<Outcome>;
} = {
  async get_transactions({ core, station }, { transaction }) {
    const id = transaction === undefined ? undefined : String(transaction);
    const rows = await core.store.state.transactions({
      station: station.id,
      ...(id !== undefined && { id }),
      limit: listLimit,
    });
    const known = new Map(rows.map((row) => [row.id, JSON.parse(row.json) as Transaction]));
    // the store is written behind the log: what runs is known better here
    for (const running of station.transactions.values())
      if (id === undefined || id === running.id) known.set(running.id, running);
    if (id !== undefined && known.size === 0)
      throw new GatewayError('no_transaction', `transaction ${id} is not known for this station`);
    const newestFirst = [...known.values()].sort((a, b) => (a.start < b.start ? 1 : -1));
    const transactions = newestFirst.map((each) => describe(core, station, each));
    return { status: 'accepted', result: { transactions } };
  },

  async set_charging_enabled({ core, station }, { evse, enabled }) {
    switchCharging(station, evse ?? null, enabled);
    await new Promise<void>((resolve) => core.persist(station, resolve));
    return { status: 'accepted', result: { enabled } };
  },

  async set_authorization({ core }, { mode }) {
    core.authorization.setMode(mode);
    showAuthorization(core);
    return { status: 'accepted', result: { mode } };
  },
};

function describe(
  { clock, options }: Core,
  station: Station,
  transaction: Transaction,
): Record<string, unknown> {
  const { pricePerKwh, currency } = options;
  return {
    evse: transaction.evse,
    running: station.transactions.has(transaction.id),
    ...transactionJson(transaction, clock.now(), { pricePerKwh, currency }),
  };
}

/** `evse` null: all of them. The station's own state is ON when any allows charging. */
function switchCharging(station: Station, evse: number | null, enabled: boolean): void {
  const all: Evse[] = station.evses.size === 0 ? [evseOf(station, 1)] : [...station.evses.values()];
  for (const known of evse === null ? all : [evseOf(station, evse)]) {
    known.chargingEnabled = enabled;
    station.state.set(known.id, 'charging_enabled', enabled);
  }
  const isAnyEnabled = [...station.evses.values()].some((known) => known.chargingEnabled);
  station.state.setCompatible('charging_enabled', isAnyEnabled);
}

/** The mode on every station's topic: without a chosen one it follows from whether a token is known. */
export function showAuthorization({ registry, authorization }: Core): void {
  for (const station of registry.all()) station.state.set(0, 'authorization', authorization.mode);
}
