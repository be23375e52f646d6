/**
 * The one registry of error codes. A code is part of the public contract: it appears in command results,
 * log lines and `docs/errors.md`, and never changes its meaning.
 */
export const errorCodes = {
  // Commands (docs/errors.md, "Commands")
  invalid_json: 'The payload is not readable JSON.',
  invalid_payload: 'The payload is JSON, but not a command envelope.',
  invalid_args: 'An argument is missing, unknown or has a value that is not allowed.',
  unknown_action: 'No such command.',
  unknown_station: 'No station of this name is registered.',
  unsupported: 'The station, or its OCPP version, cannot do this.',
  not_accepted: 'The station is not accepted yet (registration pending or rejected).',
  id_reused: 'This id was used before with another payload.',
  call_error: 'The station answered with a CALLERROR.',
  invalid_answer: 'The answer of the station does not fit the OCPP schema.',
  ambiguous_transaction: 'Several transactions are running: name one.',
  no_transaction: 'No transaction is running there.',
  charging_disabled: 'charging_enabled is OFF there.',
  privileged: 'PRIVILEGED_COMMANDS does not allow this command here.',
  response_topic: 'The response topic lies under the topics of this gateway.',
  station_exists: 'A station of this name is registered already.',
  internal: 'An unexpected error in the gateway; the log has the details.',
  // Start-up and configuration
  config_invalid: 'A configuration value is not allowed.',
  config_unknown: 'A configuration key does not exist.',
  port_taken: 'The port is in use by another program.',
  database_url: 'DATABASE_URL names a database this version has no driver for.',
  store_failed: 'The store cannot write or read.',
  store_newer: 'The database was written by a newer version.',
  broker_unreachable: 'The MQTT broker cannot be reached.',
  broker_busy: 'The MQTT broker does not keep up.',
  publish_refused: 'The MQTT broker refused a publish.',
  publish_too_large: 'The publish is larger than the MQTT broker takes.',
  subscription_refused: 'The MQTT broker refused a subscription.',
  usage: 'The command line is not understood.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error with a code of the registry. `details` is JSON and safe to publish. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.details = options.details;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
