/** Names for the parts of OCPP 1.6 messages. */
import { actions } from '../../ocpp/generated/v16/actions.ts';
import type { Requests, Responses } from '../../ocpp/generated/v16/types.ts';

type Action = keyof Requests;
export type Request<A extends Action> = Requests[A];
export type Response<A extends Action> = Responses[A];

export type IdTagInfo = Response<'Authorize'>['idTagInfo'];
export type ConnectorStatus = Request<'StatusNotification'>['status'];
export type ErrorCode = Request<'StatusNotification'>['errorCode'];
export type MeterValue = Request<'MeterValues'>['meterValue'][number];
export type SampledValue = MeterValue['sampledValue'][number];
export type StopReason = NonNullable<Request<'StopTransaction'>['reason']>;
export type Profile = Request<'SetChargingProfile'>['csChargingProfiles'];

/** What the CSMS may call. DataTransfer goes both ways. */
export type CsmsAction = {
  [A in Action]: (typeof actions)[A]['direction'] extends 'station' ? never : A;
}[Action];

/** What the station may call; this one has nothing to transfer. */
export type StationAction = {
  [A in Action]: (typeof actions)[A]['direction'] extends 'station' ? A : never;
}[Action];

/** Does something after the answer was sent. OCPP 1.6 §5.17 wants that order. */
export type Afterwards = (run: () => void) => void;

export type Handlers = {
  [A in CsmsAction]: (request: Request<A>, afterwards: Afterwards) => Response<A>;
};

export function isCsmsAction(action: string): action is CsmsAction {
  return action in actions && actions[action as Action].direction !== 'station';
}
