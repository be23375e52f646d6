import { errorCodes, GatewayError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { CommandResult, CommandStatus } from '../commands.ts';

/** How a command ended before its work was done, where it is no error with a code: `offline`, `superseded`... */
export class CommandFailure extends Error {
  readonly status: CommandStatus;
  readonly code: ErrorCode | null;

  constructor(status: CommandStatus, message: string, code: ErrorCode | null = null) {
    super(message);
    this.name = 'CommandFailure';
    this.status = status;
    this.code = code;
  }
}

export type Ending = Pick<CommandResult, 'status' | 'result' | 'error'>;

/** The end of a command whose work threw. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommandFailure)
    return {
      status: error.status,
      ...(error.code !== null && { error: { code: error.code, message: error.message } }),
    };
  if (error instanceof GatewayError)
    return {
      status: 'error',
      error: {
        code: error.code,
        message: error.message,
        ...(error.details !== undefined && { details: error.details }),
      },
    };
  return { status: 'error', error: { code: 'internal', message: errorCodes.internal } };
}

/** True where the gateway itself is to blame, so that the log should say more. */
export function isUnexpected(error: unknown): boolean {
  return !(error instanceof CommandFailure) && !(error instanceof GatewayError);
}
