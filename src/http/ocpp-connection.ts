import type { WebSocket } from 'ws';
import type { Csms } from '../csms/csms.ts';
import type { Station } from '../csms/station.ts';
import type { Log } from '../log.ts';
import type { OcppVersion } from '../ocpp/version.ts';

export interface ConnectionOptions {
  webSocket: WebSocket;
  csms: Csms;
  station: Station;
  version: OcppVersion;
  /** The version was agreed on in the handshake. */
  isAgreed: boolean;
  address: string;
  log: Log;
  ended(): void;
}

/** The socket of one served station. */
export interface Connection {
  /** Does the other side answer (or talk) within so many ms? */
  showsLife(withinMs: number): Promise<boolean>;
  close(code: number, reason: string): void;
  /** Close frame now, the end of the socket in a moment whatever the other side does. */
  terminateSoon(): void;
}

/** Between two pings, ms. */
const pingMs = 30_000;
/** Unanswered pings after which a station that answered before is gone. */
const missedPings = 2;
/** Silence after which a station that never answered a ping is gone, in heartbeat intervals and at least in ms. */
const silentHeartbeats = 3;
const silentMs = 180_000;
/** Messages of one station within a second; then it is read no further until the second is over. */
const messagesPerSecond = 2000;
/** What may wait for a station that reads too slowly, bytes; beyond it the connection ends. */
const maxUnsentBytes = 4 * 1024 * 1024;
/** For the close handshake, ms. */
const closeMs = 300;

export function serveConnection(options: ConnectionOptions): Connection {
  const { webSocket, csms, station, version, address, log } = options;
  const { clock } = csms;
  let lastLife = clock.monotonic();
  let pingedAt: number | null = null;
  let unanswered = 0;
  let answersPings = false;
  let fault: number | null = null;
  let cancelPing = (): void => {};
  let cancelTermination = (): void => {};
  let secondBegan = lastLife;
  let messages = 0;
  const signs = new Set<() => void>();

  const session = csms.serve(station, version, {
    address,
    securityProfile: 0,
    isAgreed: options.isAgreed,
    send(text) {
      webSocket.send(text);
      if (webSocket.bufferedAmount <= maxUnsentBytes) return;
      log.warn({ station: station.id, address }, 'the station does not read what it is sent');
      webSocket.terminate();
    },
    close,
  });

  function alive(): void {
    lastLife = clock.monotonic();
    unanswered = 0;
    for (const sign of signs) sign();
  }

  /** A flood of one station must not keep the others waiting: its own queue holds it. */
  function slowDown(): void {
    if (lastLife - secondBegan >= 1000) {
      secondBegan = lastLife;
      messages = 0;
    }
    messages++;
    if (messages !== messagesPerSecond) return;
    log.warn({ station: station.id, address }, `more than ${messagesPerSecond} messages a second`);
    webSocket.pause();
    clock.after(secondBegan + 1000 - lastLife, () => webSocket.resume());
  }

  webSocket.on('message', (data: Buffer) => {
    alive();
    slowDown();
    session.receive(data.toString('utf8'));
  });
  webSocket.on('pong', () => {
    answersPings = true;
    if (pingedAt !== null) csms.latency(station, clock.monotonic() - pingedAt);
    pingedAt = null;
    alive();
  });
  webSocket.on('ping', alive);
  webSocket.on('error', (error: Error & { code?: string }) => {
    fault = faultCodeOf(error.code);
    log.warn({ station: station.id, address, code: error.code }, `connection error: ${error.message}`);
  });
  webSocket.on('close', (seen) => {
    // having refused a frame, ws reads no more, not even the answer to its close frame
    const code = fault ?? seen;
    cancelPing();
    cancelTermination();
    for (const sign of signs) sign();
    options.ended();
    log.info({ station: station.id, address, code }, 'station disconnected');
    csms.ended(session, disconnectReason(code, fault !== null));
  });

  function schedulePing(): void {
    cancelPing = clock.after(pingMs, () => {
      const silence = clock.monotonic() - lastLife;
      const limit = Math.max(silentMs, silentHeartbeats * csms.options.heartbeatInterval * 1000);
      if ((answersPings && unanswered >= missedPings) || silence > limit) {
        log.warn({ station: station.id, address }, 'no sign of life: the connection is half open');
        webSocket.terminate();
        return;
      }
      unanswered++;
      pingedAt = clock.monotonic();
      webSocket.ping();
      schedulePing();
    });
  }
  schedulePing();

  function close(code: number, reason: string): void {
    webSocket.close(code, reason);
    cancelTermination();
    cancelTermination = clock.after(closeMs, () => webSocket.terminate());
  }

  return {
    showsLife(withinMs) {
      if (webSocket.readyState !== webSocket.OPEN) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (shown: boolean): void => {
          signs.delete(sign);
          cancel();
          resolve(shown);
        };
        const sign = (): void => settle(webSocket.readyState === webSocket.OPEN);
        const cancel = clock.after(withinMs, () => settle(false));
        signs.add(sign);
        pingedAt = clock.monotonic();
        webSocket.ping();
      });
    },
    close,
    terminateSoon() {
      close(1001, 'the gateway stops');
    },
  };
}

/** The earlier program's words for why a connection ended. */
function disconnectReason(code: number, isFault: boolean): string {
  if (code === 1000 || code === 1001 || code === 1005) return 'normal_closure';
  return isFault || code === 1006 ? `connection_error_${code}` : `connection_closed_${code}`;
}

/** The close code that a frame which cannot be read was answered with. RFC 6455 §7.4.1. */
function faultCodeOf(error: string | undefined): number | null {
  if (error === undefined || !error.startsWith('WS_ERR_')) return null;
  if (error === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009;
  return error === 'WS_ERR_INVALID_UTF8' ? 1007 : 1002;
}
