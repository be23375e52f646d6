import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { EmbeddedBroker } from './broker/broker.ts';
import { createSystemClock } from './clock.ts';
import type { BrokerChoice } from './config/broker-choice.ts';
import type { Config } from './config/load.ts';
import { isWord } from './csms/commands/catalogue.ts';
import { earlierNames } from './csms/commands/earlier-names.ts';
import { createCommands } from './csms/commands/engine.ts';
import type { CsmsOptions } from './csms/core.ts';
import { createCsms } from './csms/csms.ts';
import { allDialects } from './csms/dialects.ts';
import { isoSeconds } from './csms/event.ts';
import type { Clock, Store } from './csms/ports.ts';
import { createOcppEndpoint, type OcppEndpoint } from './http/ocpp-endpoint.ts';
import type { RootLog } from './log.ts';
import { willOf } from './mqtt/bridge.ts';
import type { BrokerAddress, BusOptions } from './mqtt/bus.ts';
import { createBus } from './mqtt/create-bus.ts';
import { createMqtt } from './mqtt/mqtt.ts';
import type { Token } from './mqtt/publisher.ts';
import { createStationTopics } from './mqtt/station-topics.ts';
import { topicOf } from './mqtt/topics.ts';
import { layoutOfConfig } from './mqtt-layout.ts';
import { createSqliteStore } from './store/sqlite.ts';

export interface GatewayOptions {
  config: Config;
  /** Which broker to use. */
  choice: BrokerChoice;
  log: RootLog;
  version: string;
  /** Called when an MQTT client asks for a restart. */
  restart(): void;
}

export interface Gateway {
  /** Where stations connect. */
  readonly ocpp: { addr: string; port: number };
  /** Which broker, and the line that says so. */
  readonly broker: { line: string; embedded: { addr: string; port: number } | null };
  stop(): Promise<void>;
}

/** Seconds for what is still to be published at the end; the process is asked to be gone within one. */
const stopSeconds = 0.6;
/** Packed, dropped and measured this often, ms. */
const maintenanceMs = 10 * 60_000;
/** The first time soon after the start: a gateway that is started often keeps its log small, too. */
const firstMaintenanceMs = 30_000;
/** Between two attempts to write again after the store failed, ms. */
const recoveryMs = 2000;
const windowOfPublishes = 4000;

/** Builds the parts and starts them in order: store, broker, MQTT, CSMS, and last the door for stations. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  // what was started is stopped in reverse order, at the end as well as when a later part cannot start
  const parts = new AsyncDisposableStack();
  try {
    return await buildGateway(options, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function buildGateway(
  { config, choice, log, version, restart }: GatewayOptions,
  parts: AsyncDisposableStack,
): Promise<Gateway> {
  const { values } = config;
  let clockWentBack = (backMs: number): void => log.warn({ backMs }, 'the system clock went back');
  const clock = createSystemClock((backMs) => clockWentBack(backMs));
  const dataDir = values.DATA_DIR;
  const store = await createSqliteStore({
    dir: dataDir,
    retentionDays: values.RETENTION_DAYS,
    retentionMaxBytes: values.RETENTION_MAX_GB * 1024 ** 3,
    now: () => clock.now(),
    onError: (error) => log.error({ err: error }, 'after a commit'),
  });
  parts.defer(() => store.close());

  log.info({}, choice.line);
  const broker = choice.kind === 'embedded' ? await startBroker(choice, dataDir, log) : null;
  if (broker !== null) {
    parts.defer(() => broker.close());
    log.info({ addr: broker.addr, port: broker.port }, 'listening for MQTT clients');
  }

  const layout = layoutOfConfig(config);
  const mqtt = createMqtt({
    bus: createBus<Token>(busOptions(config, choice, broker, clock, layout.base)),
    topics: createStationTopics(layout),
    eventLog: store.partition(0),
    clock,
    log,
    newId: () => randomInt(2 ** 47).toString(36),
    compatible: values.COMPAT_TOPICS,
    isAction: (name) => isWord(name) || Object.hasOwn(earlierNames, name),
  });
  parts.defer(() => mqtt.stop(stopSeconds));

  const csms = await createCsms({
    options: csmsOptions(config, layout.prefix === null),
    clock,
    log,
    outlet: mqtt.outlet,
    store,
    dialects: allDialects(),
  });
  parts.defer(() => csms.stop('session_cancelled'));
  clockWentBack = (backMs) => {
    log.warn({ backMs }, 'the system clock went back');
    const seconds = Math.round(backMs / 1000);
    mqtt.outlet.bridgeEvent({ event: 'alarm', alarm: 'clock_went_back', seconds });
  };
  const commands = createCommands(csms, { setLogLevel: (level) => void (log.level = level), restart });
  csms.observe((station, effects) => commands.observe(station, effects));
  commands.restore(csms.commandRows);
  mqtt.start(commands);
  parts.defer(log.onLine('warn', (line) => mqtt.logLine(line)));

  const endpoint = await createOcppEndpoint({
    addr: values.LISTEN_ADDR,
    port: values.LISTEN_PORT,
    csms,
    log,
  });
  parts.defer(() => endpoint.close());
  mqtt.info({
    version,
    node: hostname(),
    started: isoSeconds(clock.now()),
    broker: choice.kind === 'embedded' ? 'embedded' : choice.url,
    listeners: [{ protocol: 'ocpp', addr: endpoint.addr, port: endpoint.port, security_profile: 0 }],
  });
  log.info({ addr: endpoint.addr, port: endpoint.port }, 'listening for charging stations');
  parts.defer(sendAwayOnFailure({ store, endpoint, clock, log, restart }));
  parts.defer(maintainRegularly(store, clock, log));

  return {
    ocpp: { addr: endpoint.addr, port: endpoint.port },
    broker: { line: choice.line, embedded: broker },
    async stop() {
      await parts.disposeAsync();
      log.info({}, 'stopped');
    },
  };
}

/** Loaded only where it is used: it is a fifth of the program's memory. */
async function startBroker(
  { addr, port }: { addr: string; port: number },
  dir: string,
  log: RootLog,
): Promise<EmbeddedBroker> {
  const { createBroker } = await import('./broker/broker.ts');
  return createBroker({ addr, port, dir, log });
}

/**
 * While the store cannot write, stations are refused: they keep their data in their own queues. The memory is ahead
 * of the store then, and only a new start makes them one again.
 */
function sendAwayOnFailure({
  store,
  endpoint,
  clock,
  log,
  restart,
}: {
  store: Store;
  endpoint: OcppEndpoint;
  clock: Clock;
  log: RootLog;
  restart(): void;
}): () => void {
  let stopped = false;
  let cancel = (): void => {};
  const retry = (): void => {
    if (stopped) return;
    cancel = clock.after(recoveryMs, () => {
      store
        .recover()
        .then(() => {
          log.warn({}, 'the store writes again: starting anew from it');
          restart();
        })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'the store still cannot write');
          retry();
        });
    });
  };
  store.onFailure((error) => {
    log.error(
      { err: error },
      'the store cannot write: stations are sent away until it can, and keep their data',
    );
    endpoint.setClosed('the store cannot write');
    retry();
  });
  return () => {
    stopped = true;
    cancel();
  };
}

function maintainRegularly(store: Store, clock: Clock, log: RootLog): () => void {
  let stopped = false;
  let cancel = (): void => {};
  const schedule = (ms: number): void => {
    if (stopped) return;
    cancel = clock.after(ms, () => {
      store
        .maintain(clock.now())
        .catch((error: unknown) => log.error({ err: error }, 'the log cannot be maintained'))
        .finally(() => schedule(maintenanceMs));
    });
  };
  schedule(firstMaintenanceMs);
  return () => {
    stopped = true;
    cancel();
  };
}

function csmsOptions({ values }: Config, singleStation: boolean): CsmsOptions {
  return {
    heartbeatInterval: values.HEARTBEAT_INTERVAL,
    authorization: values.AUTHORIZATION,
    authorizedTokens: values.AUTHORIZED_TAG_ID_LIST ?? [],
    remoteIdToken: values.REMOTE_ID_TAG,
    expectedStations: values.EXPECTED_CHARGE_POINTS,
    join: values.OCPP_JOIN,
    singleStation,
    delegate: values.DELEGATE,
    askTimeout: values.ASK_TIMEOUT,
    askFallback: values.ASK_FALLBACK,
    privilegedCommands: values.PRIVILEGED_COMMANDS,
    pricePerKwh: values.PRICE_PER_KWH ?? null,
    currency: values.CURRENCY,
    commandRetryAttempts: values.OCPP_COMMAND_RETRY_ATTEMPTS,
    commandRetryBaseDelay: values.OCPP_COMMAND_RETRY_BASE_DELAY,
    rawFrames: values.RAW_FRAMES,
    // no machine that runs this has a clock before the day it was written
    clockPlausibleAfter: Date.UTC(2026, 10, 1),
  };
}

function busOptions(
  { values }: Config,
  choice: BrokerChoice,
  broker: EmbeddedBroker | null,
  clock: Clock,
  base: string,
): BusOptions {
  const address: BrokerAddress =
    choice.kind === 'remote'
      ? choice.address
      : { transport: 'stream', open: () => (broker as EmbeddedBroker).connectInProcess() };
  const remote = choice.kind === 'remote' ? choice : { username: undefined, password: undefined };
  return {
    address,
    protocol: values.MQTT_PROTOCOL,
    clientId: values.MQTT_CLIENT_ID ?? `ocpp2mqtt-${randomInt(2 ** 32).toString(36)}`,
    ...(remote.username !== undefined && { username: remote.username }),
    ...(remote.password !== undefined && { password: remote.password }),
    will: willOf(base),
    nudgeTopic: topicOf('bridge_nudge', base),
    keepaliveSeconds: values.MQTT_KEEPALIVE,
    connectTimeoutSeconds: values.MQTT_TIMEOUT,
    reconnectBaseSeconds: values.MQTT_RECONNECT_BASE_DELAY,
    reconnectMaxSeconds: values.MQTT_RECONNECT_MAX_DELAY,
    window: windowOfPublishes,
    clock,
    random: Math.random,
  };
}
