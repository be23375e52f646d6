import { createTimer } from '../clock.ts';
import type { Context } from './context.ts';
import type { Handlers, Request } from './messages.ts';

type DiagnosticsStatus = Request<'DiagnosticsStatusNotification'>['status'];
type LogStatus = Request<'LogStatusNotification'>['status'];

export interface Logs {
  handlers: Pick<Handlers, 'GetDiagnostics' | 'GetLog'>;
  notifyDiagnostics(): void;
  notifyLog(): void;
  /** Gives up what is under way. */
  cancel(): void;
}

/** How long an upload takes, ms. */
const uploadTime = 8000;

/** GetDiagnostics and GetLog: the uploads are only told, no file is sent. OCPP 1.6 §5.9; white paper N01. */
export function createLogs({ calls, clock, identity, pace }: Context): Logs {
  const diagnosticsTimer = createTimer(pace);
  const logTimer = createTimer(pace);
  let diagnostics: DiagnosticsStatus = 'Idle';
  let log: { status: LogStatus; requestId?: number } = { status: 'Idle' };

  function notifyDiagnostics(): void {
    calls.notify('DiagnosticsStatusNotification', { status: diagnostics });
  }

  function notifyLog(): void {
    calls.notify('LogStatusNotification', log);
  }

  function setDiagnostics(status: DiagnosticsStatus): void {
    diagnostics = status;
    notifyDiagnostics();
    // §4.4: Idle is only told when somebody asks.
    if (status !== 'Uploading') diagnostics = 'Idle';
  }

  function setLog(status: LogStatus, requestId: number): void {
    log = { status, requestId };
    notifyLog();
    if (status !== 'Uploading') log = { status: 'Idle' };
  }

  return {
    notifyDiagnostics,
    notifyLog,
    cancel() {
      diagnosticsTimer.cancel();
      logTimer.cancel();
      diagnostics = 'Idle';
      log = { status: 'Idle' };
    },
    handlers: {
      GetDiagnostics({ location }, afterwards) {
        afterwards(() => {
          setDiagnostics('Uploading');
          diagnosticsTimer.set(uploadTime, () =>
            setDiagnostics(canReach(location) ? 'Uploaded' : 'UploadFailed'),
          );
        });
        return { fileName: fileName('diagnostics') };
      },

      GetLog({ logType, requestId, log: { remoteLocation } }, afterwards) {
        const busy = logTimer.running;
        afterwards(() => {
          setLog('Uploading', requestId);
          logTimer.set(uploadTime, () =>
            setLog(canReach(remoteLocation) ? 'Uploaded' : 'UploadFailure', requestId),
          );
        });
        // N01.FR.11
        return {
          status: busy ? 'AcceptedCanceled' : 'Accepted',
          filename: fileName(logType === 'SecurityLog' ? 'security' : 'diagnostics'),
        };
      },
    },
  };

  function fileName(kind: string): string {
    const day = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '-');
    return `${identity.serialNumber}-${kind}-${day}.log`;
  }
}

/** A location in one of the protocols of SupportedFileTransferProtocols. */
export function canReach(location: string): boolean {
  return URL.canParse(location) && ['ftp:', 'ftps:', 'http:', 'https:'].includes(new URL(location).protocol);
}
