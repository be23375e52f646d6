import type { Behaviour, StationBody } from '../behaviour.ts';
import { createTimer } from '../clock.ts';
import { CallRefused, type Connection } from '../connection.ts';
import type { JsonObject } from '../../ocpp/frame.ts';
import { createAuthorizations } from './authorization.ts';
import { createCalls } from './calls.ts';
import { createConfiguration } from './configuration.ts';
import { standardKeys } from './configuration-keys.ts';
import { createConnector, type Connector, type Fault } from './connector.ts';
import type { Context } from './context.ts';
import { createCredentials } from './credentials.ts';
import { applyFault, toFault } from './faults.ts';
import { createHandlers } from './handlers.ts';
import { createRegistrar } from './registrar.ts';
import { isCsmsAction, type StopReason } from './messages.ts';
import { createMeterValues } from './meter-values.ts';
import { createPower } from './power.ts';
import { createReservations } from './reservations.ts';
import { createSecurityEvents } from './security-events.ts';
import { createStatusNotifications } from './status-notifications.ts';
import { createTransactionQueue } from './transaction-queue.ts';
import { createTransactions } from './transactions.ts';
import { createUsers } from './users.ts';
import { connectorReport, stationReport, viewOf } from './view.ts';

/** How long a station takes to start, ms. */
const bootTime = 5000;
/** How long a soft reset, or switching off, waits for messages to be delivered, ms. */
const drainTime = 10_000;

/** Puts OCPP 1.6 into a station: builds its parts and joins them. */
export function createStation16(body: StationBody): Behaviour {
  const { clock, pace, profiles, hardwareLimit, identity, log } = body;
  const connectors = body.evses.map((evse, index) => createConnector(index + 1, evse));
  const availability = { operative: true };
  const restarting = createTimer(pace);
  let stationFault: Fault | undefined;
  let afterBoot: (() => void)[] = [];

  const configuration = createConfiguration(
    standardKeys({
      connectors: connectors.length,
      phases: body.evses[0]?.phases ?? 3,
      meterInterval: body.meterInterval,
      password: body.password ?? '',
      securityProfile: securityProfileOf(body),
    }),
  );
  const connection: Connection = body.connectWith({
    headers: createCredentials(identity.id, body.password, configuration),
    messageTimeout: () => configuration.integer('MessageTimeout') * 1000,
    opened: () => registrar.opened(),
    closed: () => registrar.closed(),
    answer: (action, request, afterwards) => answer(action, request, afterwards),
  });
  const calls = createCalls({ connection, accepted: () => registrar.registration === 'accepted', log });
  const queue = createTransactionQueue({
    clock,
    configuration,
    ready: () => calls.allowed,
    changed: body.changed,
  });
  const security = createSecurityEvents(calls, clock, log);
  const status = createStatusNotifications({
    clock,
    configuration,
    calls,
    connectorIds: [0, ...connectors.map(({ id }) => id)],
    look: (id) => {
      const connector = connectors.find((each) => each.id === id);
      return connector === undefined
        ? stationReport(availability.operative, stationFault)
        : connectorReport(connector);
    },
  });
  const power = createPower({ clock, connectors, profiles, hardwareLimit, changed });
  const meterValues = createMeterValues({ clock, configuration, connectors, queue, calls });
  const authorizations = createAuthorizations({
    configuration,
    now: () => clock.now(),
    online: () => calls.allowed,
    ask: async (idTag) => (await calls.call('Authorize', { idTag })).idTagInfo,
  });
  const reservations = createReservations({ clock, connectors, changed });
  const transactions = createTransactions({
    clock,
    configuration,
    queue,
    calls,
    meterValues,
    authorizations,
    profiles,
    claim: (connector, card) => reservations.claim(connector, card),
    changed() {
      power.update();
      handlers.firmware.resume();
    },
    // OCPP 1.6 §3.5.3
    conflict: () =>
      calls.notify('StatusNotification', {
        connectorId: 0,
        ...stationReport(availability.operative, stationFault),
        errorCode: 'LocalListConflict',
      }),
  });
  const users = createUsers({
    clock,
    configuration,
    connectors,
    authorizations,
    reservations,
    transactions,
    changed: () => power.update(),
  });
  const registrar = createRegistrar({
    body,
    connection,
    calls,
    configuration,
    booted() {
      security.report('StartupOfTheDevice');
      status.sendAll();
      meterValues.restart();
      resumed();
      for (const run of afterBoot.splice(0)) run();
    },
    resumed,
  });
  const context: Context = {
    identity,
    clock,
    pace,
    connectors,
    configuration,
    profiles,
    hardwareLimit,
    calls,
    status,
    power,
    meterValues,
    transactions,
    authorizations,
    reservations,
    security,
    users,
    availability,
    lifecycle: {
      get bootedHere() {
        return registrar.bootedHere;
      },
      get pending() {
        return registrar.registration === 'pending';
      },
      sendBoot: () => registrar.sendBoot(),
      sendHeartbeat: () => registrar.sendHeartbeat(),
      reboot,
      reconnect: () => connection.reconnect(),
    },
  };
  const handlers = createHandlers(context, log);

  configuration.onChange((key) => {
    if (key.endsWith('Interval')) {
      meterValues.restart();
      registrar.restartIntervals();
    }
  });

  function changed(): void {
    status.checkAll();
    body.changed();
  }

  function resumed(): void {
    status.checkAll();
    security.flush();
    queue.flush();
    body.changed();
  }

  function answer(action: string, request: JsonObject, afterwards: (run: () => void) => void): JsonObject {
    if (!isCsmsAction(action)) throw new CallRefused('NotSupported', `${action} is not supported`);
    return handlers.answer(action, request, afterwards);
  }

  function endTransactions(reason: StopReason): void {
    for (const connector of connectors) {
      transactions.stop(connector, reason);
      users.forget(connector);
    }
  }

  /** What a station forgets without power. */
  function forget(): void {
    registrar.powerDown();
    restarting.cancel();
    meterValues.stop();
    status.stop();
    queue.pause();
    for (const connector of connectors) connector.finishing = false;
    power.update();
  }

  /** OCPP 1.6 §5.14 */
  function reboot(how: 'hard' | 'soft', then?: () => void): void {
    if (then !== undefined) afterBoot.push(then);
    log(`${how} reset`);
    if (how === 'hard') {
      connection.cut();
      endTransactions('HardReset');
      restart();
    } else {
      endTransactions('SoftReset');
      afterDelivery(restart);
    }
  }

  /** Once everything is delivered, or cannot be. */
  function afterDelivery(run: () => void): void {
    let over = false;
    const once = (): void => {
      if (over) return;
      over = true;
      run();
    };
    restarting.set(calls.allowed ? drainTime : 0, once);
    queue.whenEmpty(once);
  }

  function restart(): void {
    connection.disconnect();
    forget();
    security.report('ResetOrReboot');
    restarting.set(bootTime, () => registrar.powerUp());
    body.changed();
  }

  function switchOff(how: () => void): void {
    if (registrar.registration === 'off' && !restarting.running) return;
    how();
    endTransactions('PowerLoss');
    forget();
    handlers.cancel();
    reservations.clear();
    afterBoot = [];
    body.changed();
  }

  function chosen(connectorId: number): Connector[] {
    return connectorId === 0 ? connectors : [pick(connectorId)];
  }

  function pick(connectorId: number): Connector {
    const connector = connectors.find(({ id }) => id === connectorId);
    if (connector === undefined) throw new RangeError(`${identity.id} has no connector ${connectorId}`);
    return connector;
  }

  return {
    powerUp() {
      if (registrar.registration === 'off') registrar.powerUp();
    },
    powerDown: () =>
      new Promise((resolve) => {
        if (registrar.registration === 'accepted') endTransactions('PowerLoss');
        afterDelivery(() => {
          switchOff(() => connection.disconnect());
          resolve();
        });
      }),
    powerLoss: () => switchOff(() => connection.cut()),
    plug: (connectorId, vehicle) => users.plug(pick(connectorId), vehicle),
    unplug: (connectorId) => users.unplug(pick(connectorId)),
    presentCard: async (idToken, connectorId) =>
      registrar.registration === 'off' ? 'refused' : users.presentCard(pick(connectorId), idToken),
    fault(code, connectorId) {
      const fault = toFault(code);
      if (connectorId === 0) stationFault = fault;
      for (const connector of chosen(connectorId)) applyFault(connector, fault, transactions, reservations);
      power.update();
    },
    clearFault(connectorId) {
      if (connectorId === 0) stationFault = undefined;
      for (const connector of chosen(connectorId)) connector.fault = undefined;
      power.update();
    },
    goOffline: () => connection.setNetwork(false),
    goOnline: () => connection.setNetwork(true),
    view: () => ({
      registration: registrar.registration,
      online: connection.open,
      queued: queue.length,
      firmware: identity.firmware,
      connectors: connectors.map(viewOf),
    }),
    settled: () => connection.settled(),
  };
}

function securityProfileOf({ secure, hasCertificate, password }: StationBody): number {
  if (secure) return hasCertificate ? 3 : 2;
  return password === undefined ? 0 : 1;
}
