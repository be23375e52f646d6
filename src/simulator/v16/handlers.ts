import type { JsonObject } from '../../ocpp/frame.ts';
import { availabilityHandlers } from './availability.ts';
import { createCertificates } from './certificate-handlers.ts';
import { configurationHandlers } from './configuration-handlers.ts';
import type { Context } from './context.ts';
import { controlHandlers } from './control.ts';
import { createFirmware, type Firmware } from './firmware.ts';
import { localListHandlers } from './local-list.ts';
import { createLogs } from './logs.ts';
import type { Afterwards, CsmsAction, Handlers } from './messages.ts';
import { remoteControlHandlers } from './remote-control.ts';
import { reservationHandlers } from './reservation-handlers.ts';
import { smartChargingHandlers } from './smart-charging.ts';

/** The answers to everything a CSMS can call, and what goes on in the background because of them. */
export interface AllHandlers {
  firmware: Firmware;
  /** The request has been checked against the schema of its action. */
  answer(action: CsmsAction, request: JsonObject, afterwards: Afterwards): JsonObject;
  /** Gives up updates and uploads. */
  cancel(): void;
}

export function createHandlers(context: Context, log: (text: string) => void): AllHandlers {
  const firmware = createFirmware(context);
  const logs = createLogs(context);
  const certificates = createCertificates(context, log);
  const handlers: Handlers = {
    ...availabilityHandlers(context),
    ...configurationHandlers(context),
    ...localListHandlers(context),
    ...remoteControlHandlers(context),
    ...reservationHandlers(context),
    ...smartChargingHandlers(context),
    ...certificates.handlers,
    ...firmware.handlers,
    ...logs.handlers,
    ...controlHandlers(context, {
      notifyFirmware: firmware.notifyFirmware,
      notifySignedFirmware: firmware.notifySignedFirmware,
      notifyDiagnostics: logs.notifyDiagnostics,
      notifyLog: logs.notifyLog,
      signCertificate: certificates.signCertificate,
    }),
  };

  function answer(action: CsmsAction, request: JsonObject, afterwards: Afterwards): JsonObject {
    const handle: (request: never, afterwards: Afterwards) => JsonObject = handlers[action];
    // The schema of this action has said that it fits.
    return handle(request as never, afterwards);
  }

  return {
    firmware,
    answer,
    cancel() {
      firmware.cancel();
      logs.cancel();
    },
  };
}
