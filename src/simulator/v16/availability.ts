import { connectorOf, type Context } from './context.ts';
import type { Connector } from './connector.ts';
import type { Handlers } from './messages.ts';

/** ChangeAvailability and UnlockConnector. OCPP 1.6 §5.2, §5.18. */
export function availabilityHandlers(
  context: Context,
): Pick<Handlers, 'ChangeAvailability' | 'UnlockConnector'> {
  const { availability, connectors, power, reservations, transactions } = context;

  return {
    ChangeAvailability({ connectorId, type }, afterwards) {
      const operative = type === 'Operative';
      const connector = connectorOf(context, connectorId);
      if (connectorId !== 0 && connector === undefined) return { status: 'Rejected' };
      // §5.2: 0 is the station and all its connectors.
      const affected = connector === undefined ? connectors : [connector];
      const scheduled = affected.filter((each) => !operative && each.transaction !== undefined);
      for (const each of affected) {
        each.closing = scheduled.includes(each);
        if (!each.closing) each.operative = operative;
        if (!each.operative) reservations.drop(each);
      }
      if (connectorId === 0) availability.operative = operative;
      afterwards(() => power.update());
      return { status: scheduled.length > 0 ? 'Scheduled' : 'Accepted' };
    },

    UnlockConnector({ connectorId }, afterwards) {
      const connector = connectorOf(context, connectorId);
      // Errata sheet §3.87: an unknown connector.
      if (connector === undefined) return { status: 'NotSupported' };
      afterwards(() => unlock(connector));
      return { status: 'Unlocked' };
    },
  };

  /** §5.18: a running transaction is finished first. */
  function unlock(connector: Connector): void {
    transactions.stop(connector, 'UnlockCommand');
  }
}
