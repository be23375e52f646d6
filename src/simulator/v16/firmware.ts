import { readCertificate } from '../certificates.ts';
import { createTimer } from '../clock.ts';
import type { Context } from './context.ts';
import { canReach } from './logs.ts';
import type { Handlers, Request } from './messages.ts';

type Status = Request<'FirmwareStatusNotification'>['status'];
type SignedStatus = Request<'SignedFirmwareStatusNotification'>['status'];

export interface Firmware {
  handlers: Pick<Handlers, 'UpdateFirmware' | 'SignedUpdateFirmware'>;
  notifyFirmware(): void;
  notifySignedFirmware(): void;
  /** Goes on with an installation that waits for transactions to end. */
  resume(): void;
  /** Gives up what is under way; false when nothing was. */
  cancel(): boolean;
}

/** ms. */
const downloadTime = 15_000;
const installTime = 10_000;

interface Update {
  location: string;
  /** The request id of a signed update. */
  requestId: number | undefined;
  /** ms since 1970. */
  installAt: number;
}

/**
 * UpdateFirmware and SignedUpdateFirmware: the steps are told and take their time, the station reboots and comes
 * back with another version; no file is fetched. OCPP 1.6 §5.19; security white paper L01.
 */
export function createFirmware(context: Context): Firmware {
  const { calls, clock, connectors, identity, lifecycle, pace, power, security } = context;
  const retrieval = createTimer(clock);
  const step = createTimer(pace);
  const installation = createTimer(clock);
  let plain: Status = 'Idle';
  let signed: { status: SignedStatus; requestId?: number } = { status: 'Idle' };
  /** Downloaded, and waits until nobody charges. */
  let waiting: Update | undefined;
  /** Closed to new users until the new firmware runs. */
  let closed: typeof connectors = [];

  function tell(update: Update, status: Status & SignedStatus): void {
    if (update.requestId === undefined) {
      plain = status;
      notifyFirmware();
    } else {
      tellSigned(update.requestId, status);
    }
  }

  function tellSigned(requestId: number, status: SignedStatus): void {
    signed = { status, requestId };
    notifySignedFirmware();
  }

  function notifyFirmware(): void {
    calls.notify('FirmwareStatusNotification', { status: plain });
  }

  function notifySignedFirmware(): void {
    // L01.FR.28: Installed is told once, then Idle.
    calls.notify('SignedFirmwareStatusNotification', signed);
    if (signed.status === 'Installed') signed = { status: 'Idle' };
  }

  function begin(update: Update, retrieveAt: number): void {
    cancel();
    retrieval.set(retrieveAt - clock.now(), () => {
      tell(update, 'Downloading');
      step.set(downloadTime, () => downloaded(update));
    });
  }

  function cancel(): boolean {
    const busy = retrieval.running || step.running || installation.running || waiting !== undefined;
    for (const timer of [retrieval, step, installation]) timer.cancel();
    waiting = undefined;
    reopen();
    return busy;
  }

  function downloaded(update: Update): void {
    if (!canReach(update.location)) {
      tell(update, 'DownloadFailed');
      return;
    }
    tell(update, 'Downloaded');
    if (update.requestId !== undefined) {
      tellSigned(update.requestId, 'SignatureVerified');
      // L01.FR.16
      if (update.installAt > clock.now()) tellSigned(update.requestId, 'InstallScheduled');
    }
    installation.set(update.installAt - clock.now(), () => {
      waiting = update;
      // Errata sheet §3.49, L01.FR.07: no new transactions, the running ones go on.
      closed = connectors.filter((connector) => connector.operative);
      resume();
    });
  }

  function resume(): void {
    if (waiting === undefined) return;
    for (const connector of closed) connector.operative = connector.transaction !== undefined;
    if (connectors.some((connector) => connector.transaction !== undefined)) {
      power.update();
      return;
    }
    const update = waiting;
    waiting = undefined;
    tell(update, 'Installing');
    step.set(installTime, () => install(update));
  }

  function install(update: Update): void {
    if (update.requestId !== undefined) tellSigned(update.requestId, 'InstallRebooting');
    identity.firmware = nextVersion(identity.firmware, update.location);
    reopen();
    lifecycle.reboot('soft', () => {
      tell(update, 'Installed');
      plain = 'Idle';
      security.report('FirmwareUpdated', identity.firmware);
    });
  }

  function reopen(): void {
    for (const connector of closed) connector.operative = true;
    closed = [];
  }

  return {
    notifyFirmware,
    notifySignedFirmware,
    resume,
    cancel,
    handlers: {
      UpdateFirmware({ location, retrieveDate }, afterwards) {
        const update = { location, requestId: undefined, installAt: 0 };
        afterwards(() => begin(update, Date.parse(retrieveDate)));
        return {};
      },

      SignedUpdateFirmware({ requestId, firmware }, afterwards) {
        if (readCertificate(firmware.signingCertificate) === undefined) {
          // L01.FR.02, L01.FR.24
          afterwards(() => security.report('InvalidFirmwareSigningCertificate'));
          return { status: 'InvalidCertificate' };
        }
        const canceled = cancel();
        const installAt = firmware.installDateTime === undefined ? 0 : Date.parse(firmware.installDateTime);
        const update = { location: firmware.location, requestId, installAt };
        afterwards(() => begin(update, Date.parse(firmware.retrieveDateTime)));
        // L01.FR.26
        return { status: canceled ? 'AcceptedCanceled' : 'Accepted' };
      },
    },
  };
}

/** A version in the file's name, else the next patch. */
function nextVersion(current: string, location: string): string {
  const named = /(\d+\.\d+\.\d+)[^/]*$/.exec(location)?.[1];
  if (named !== undefined) return named;
  const parts = current.split('.');
  const last = Number(parts.pop());
  return [...parts, Number.isNaN(last) ? 1 : last + 1].join('.');
}
