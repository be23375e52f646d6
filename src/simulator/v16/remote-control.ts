import { connectorOf, type Context } from './context.ts';
import { isFree, type Connector } from './connector.ts';
import type { Handlers, Profile, Request } from './messages.ts';
import { fits } from './smart-charging.ts';

type RemoteStart = Request<'RemoteStartTransaction'>;

/** RemoteStartTransaction and RemoteStopTransaction. OCPP 1.6 §5.11, §5.12. */
export function remoteControlHandlers(
  context: Context,
): Pick<Handlers, 'RemoteStartTransaction' | 'RemoteStopTransaction'> {
  const { authorizations, configuration, connectors, lifecycle, reservations, transactions, users } = context;

  return {
    RemoteStartTransaction(request, afterwards) {
      // §4.2: not allowed while the boot is Pending.
      if (lifecycle.pending || !acceptable(request.chargingProfile)) return { status: 'Rejected' };
      const connector = choose(request);
      if (connector === undefined) return { status: 'Rejected' };
      afterwards(() => void start(connector, request));
      return { status: 'Accepted' };
    },

    RemoteStopTransaction({ transactionId }, afterwards) {
      const connector = connectors.find(({ transaction }) => transaction?.id === transactionId);
      if (lifecycle.pending || connector === undefined) return { status: 'Rejected' };
      afterwards(() => transactions.stop(connector, 'Remote'));
      return { status: 'Accepted' };
    },
  };

  /** §5.16.2: only a TxProfile, and without a transaction. */
  function acceptable(profile: Profile | undefined): boolean {
    if (profile === undefined) return true;
    const forTransaction = profile.chargingProfilePurpose === 'TxProfile';
    return forTransaction && profile.transactionId === undefined && fits(context, profile);
  }

  function choose({ connectorId, idTag }: RemoteStart): Connector | undefined {
    const card = { idTag, parentIdTag: authorizations.known(idTag)?.parentIdTag };
    const usable = (connector: Connector | undefined): connector is Connector =>
      connector !== undefined && isFree(connector) && reservations.allows(connector, card);
    if (connectorId !== undefined) {
      const connector = connectorOf(context, connectorId);
      return usable(connector) ? connector : undefined;
    }
    const candidates = connectors.filter(usable);
    return candidates.find(({ evse }) => evse.vehicle !== undefined) ?? candidates[0];
  }

  async function start(
    connector: Connector,
    { idTag, chargingProfile: profile }: RemoteStart,
  ): Promise<void> {
    // §5.11: with AuthorizeRemoteTxRequests as if the card had been presented here.
    const info = configuration.flag('AuthorizeRemoteTxRequests')
      ? await authorizations.authorize(idTag)
      : { status: 'Accepted' as const, parentIdTag: undefined };
    const { parentIdTag } = info;
    if (info.status !== 'Accepted' || !isFree(connector)) return;
    if (!reservations.allows(connector, { idTag, parentIdTag })) return;
    users.admit(connector, { idTag, parentIdTag, profile });
  }
}
