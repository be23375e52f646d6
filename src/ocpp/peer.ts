import { createCallQueue } from './call-queue.ts';
import type { Call, CallQueue } from './call-queue.ts';
import type { ActionEntry } from './directions.ts';
import { errorCodeFor } from './errors.ts';
import type { RpcErrorCode, ViolationKind } from './errors.ts';
import { formatCallError, formatCallResultError } from './frame-text.ts';
import { messageTypes, parseFrame } from './frame.ts';
import type { BrokenFrame, ErrorFrame, JsonObject, RequestFrame, ResultFrame } from './frame.ts';
import { createInboundCalls } from './inbound-calls.ts';
import type { Protocol } from './validator.ts';

/** What a received text means. */
export type Incoming<Ref> =
  | IncomingRequest
  | { type: 'repeat'; messageId: string }
  | { type: 'result'; call: Call<Ref>; payload: JsonObject; text: string }
  | { type: 'error'; call: Call<Ref>; code: string; description: string; details: unknown }
  | { type: 'result_error'; messageId: string; code: string; description: string; details: unknown }
  | { type: 'stale'; messageId: string }
  | InvalidFrame<Ref>;

/** A known action that may come from there. Its payload is not checked against the schema yet. */
export interface IncomingRequest {
  /** A `call` is open until `answer`; a `send` is never answered. */
  type: 'call' | 'send';
  messageId: string;
  action: string;
  payload: JsonObject;
  text: string;
}

/** Nothing to process. */
export interface InvalidFrame<Ref> {
  type: 'invalid';
  violation: ViolationKind;
  /** For logs and events. */
  reason: string;
  messageId: string | null;
  action: string | null;
  /** What has to be written now, and the code in it; `null`: nothing. */
  reply: string | null;
  code: RpcErrorCode | null;
  /** Our CALL that ended because this was meant to be its answer. */
  call: Call<Ref> | null;
}

export interface PeerOptions {
  protocol: Protocol;
  /** Which side we are. */
  role: 'csms' | 'station';
  /** CALLs that may wait behind the one in flight. */
  maxQueuedCalls: number;
  /** CALLs of the other side that may be open at a time. */
  maxOpenCalls?: number;
  /** Must never repeat for this station; at most 36 characters. OCPP-J 1.6 errata §3.1. */
  newMessageId: () => string;
}

interface PeerCounters {
  /** Late, unknown and duplicate answers. */
  stale: number;
  /** CALLs received again while they were being answered. */
  repeated: number;
  invalid: number;
}

/**
 * One side of an OCPP-J connection, without I/O: texts and the time go in, meanings and texts come out. Time
 * is monotonic, in ms, and passes only by arguments. At most one of our CALLs is in flight; CALLs of the other
 * side may cross it and one another.
 */
export interface Peer<Ref> extends Omit<CallQueue<Ref>, 'end'> {
  receive(text: string): Incoming<Ref>;
  /** Closes an open CALL. Returns what to write: the answer, once for each time the CALL was received. */
  answer(messageId: string, frameText: string): string[];
  readonly counters: Readonly<PeerCounters>;
}

/** OCPP 2.1 part 4 §4.2.3. */
const unreadableMessageId = '-1';

export function createPeer<Ref>(options: PeerOptions): Peer<Ref> {
  const { protocol, role, maxOpenCalls = 64 } = options;
  const { version } = protocol;
  const queue = createCallQueue<Ref>(options);
  const inbound = createInboundCalls(maxOpenCalls);
  const counters: PeerCounters = { stale: 0, repeated: 0, invalid: 0 };
  // CALLRESULTERROR and SEND came with 2.1. OCPP 2.1 part 4 §4.1.3.
  const hasNewTypes = version === 'ocpp2.1';

  function receive(text: string): Incoming<Ref> {
    const frame = parseFrame(text);
    if (frame.type === 'broken') return receiveBroken(frame);
    if (frame.type === 'CALL') return receiveCall(frame, text);
    if (frame.type === 'CALLRESULT') return receiveResult(frame, text);
    if (frame.type === 'CALLERROR') return receiveError(frame);
    if (!hasNewTypes) return refuse('unknown_message_type', `${frame.type} is not part of ${version}`, frame);
    if (frame.type === 'SEND') return receiveSend(frame, text);
    const { messageId, code, description, details } = frame;
    return { type: 'result_error', messageId, code, description, details };
  }

  function receiveCall(frame: RequestFrame, text: string): Incoming<Ref> {
    const { messageId, action, payload } = frame;
    const entry = protocol.actions.get(action);
    if (entry === undefined) return refuse('unknown_action', unknownAction(action), frame);
    if (!comesFromThere(entry) || entry.send) {
      return refuse('wrong_direction', `${action} is no CALL of the other side`, frame);
    }
    const acceptance = inbound.accept(messageId, text);
    if (acceptance === 'new') return { type: 'call', messageId, action, payload, text };
    if (acceptance === 'repeat') {
      counters.repeated++;
      return { type: 'repeat', messageId };
    }
    // A CALLERROR could be taken for the answer to an open CALL. Silence makes the station try again.
    if (acceptance === 'full') return ignore('generic', `more than ${maxOpenCalls} open CALLs`, frame);
    return ignore('malformed', 'the message id belongs to a CALL that is still open', frame);
  }

  /** Never answered, whatever it says. OCPP 2.1 part 4 §4.2.4. */
  function receiveSend(frame: RequestFrame, text: string): Incoming<Ref> {
    const { messageId, action, payload } = frame;
    const entry = protocol.actions.get(action);
    if (entry === undefined) return ignore('unknown_action', unknownAction(action), frame);
    if (!comesFromThere(entry) || !entry.send) {
      return ignore('wrong_direction', `${action} is no SEND of the other side`, frame);
    }
    return { type: 'send', messageId, action, payload, text };
  }

  function receiveResult({ messageId, payload }: ResultFrame, text: string): Incoming<Ref> {
    const call = queue.end(messageId);
    return call === null ? stale(messageId) : { type: 'result', call, payload, text };
  }

  function receiveError({ messageId, code, description, details }: ErrorFrame): Incoming<Ref> {
    const call = queue.end(messageId);
    return call === null ? stale(messageId) : { type: 'error', call, code, description, details };
  }

  function receiveBroken(frame: BrokenFrame): Incoming<Ref> {
    const { violation, reason, messageType, messageId } = frame;
    if (messageType === messageTypes.CALLRESULT || messageType === messageTypes.CALLERROR) {
      return receiveBrokenAnswer(frame);
    }
    if (hasNewTypes && (messageType === messageTypes.CALLRESULTERROR || messageType === messageTypes.SEND)) {
      return ignore(violation, reason, frame);
    }
    // Without an id the only thing left to say is that. OCPP 2.1 part 4 §4.2.3.
    return refuse(messageId === null ? 'unreadable' : violation, reason, frame);
  }

  function receiveBrokenAnswer(frame: BrokenFrame): Incoming<Ref> {
    const { violation, reason, messageType, messageId } = frame;
    const call = messageId === null ? null : queue.end(messageId);
    if (call === null) return ignore(violation, reason, frame);
    const { action } = call;
    if (!hasNewTypes || messageType === messageTypes.CALLERROR) {
      return ignore(violation, reason, { messageId, action, call });
    }
    const code = errorCodeFor(version, violation);
    const reply = code === null ? null : formatCallResultError(call.messageId, code, reason);
    return ignore(violation, reason, { messageId, action, call, code, reply });
  }

  /** Invalid, and told so as far as this version has words for it. */
  function refuse(
    violation: ViolationKind,
    reason: string,
    frame: Partial<Pick<BrokenFrame, 'messageId' | 'action'>>,
  ): InvalidFrame<Ref> {
    const { messageId = null, action = null } = frame;
    const code = errorCodeFor(version, violation);
    const reply = code === null ? null : formatCallError(messageId ?? unreadableMessageId, code, reason);
    return ignore(violation, reason, { messageId, action, code, reply });
  }

  /** Invalid. */
  function ignore(
    violation: ViolationKind,
    reason: string,
    known: Partial<Omit<InvalidFrame<Ref>, 'type' | 'violation' | 'reason'>>,
  ): InvalidFrame<Ref> {
    counters.invalid++;
    const { messageId = null, action = null, reply = null, code = null, call = null } = known;
    return { type: 'invalid', violation, reason, messageId, action, reply, code, call };
  }

  function stale(messageId: string): Incoming<Ref> {
    counters.stale++;
    return { type: 'stale', messageId };
  }

  function comesFromThere({ direction }: ActionEntry): boolean {
    return direction === 'both' || direction !== role;
  }

  return {
    ...queue,
    receive,
    answer: (messageId, frameText) => Array.from({ length: inbound.close(messageId) }, () => frameText),
    counters,
  };
}

function unknownAction(action: string): string {
  return `unknown action ${action.slice(0, 50)}`;
}
