import type { HeartbeatRequest, HeartbeatResponse } from '../../ocpp/generated/v201/types.ts';
import { isoSeconds } from '../event.ts';
import type { Handler } from '../handlers.ts';

/** OCPP 2.0.1 G02. No event: a heartbeat says nothing but the time. */
export const heartbeat: Handler<HeartbeatRequest, HeartbeatResponse> = {
  handle(_request, { time }) {
    return {
      response: { currentTime: isoSeconds(time) },
      head: null,
      effects: [{ type: 'heartbeat', time }],
    };
  },
};
