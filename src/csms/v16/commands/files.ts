import { GatewayError } from '../../../errors.ts';
import type { GetDiagnosticsRequest } from '../../../ocpp/generated/v16/types.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { isoSeconds } from '../../event.ts';
import { dateTime, newRequestId, outcomeOf, request } from './request.ts';

function retriesOf(args: { retries?: number | undefined; retry_interval?: number | undefined }) {
  return {
    ...(args.retries !== undefined && { retries: args.retries }),
    ...(args.retry_interval !== undefined && { retryInterval: args.retry_interval }),
  };
}

/** OCPP 1.6 §5.19; white paper §5.21 where there are signature and certificate. */
export async function updateFirmware(
  context: CommandContext,
  args: WordArgs['update_firmware'],
): Promise<Outcome> {
  const { url, signature, certificate, install_at } = args;
  const retrieveDate =
    args.retrieve_at === undefined ? isoSeconds(context.core.clock.now()) : dateTime(args.retrieve_at);
  if (signature !== undefined && certificate !== undefined) {
    const requestId = newRequestId(context);
    const answer = await request(context, 'SignedUpdateFirmware', {
      ...retriesOf(args),
      requestId,
      firmware: {
        location: url,
        retrieveDateTime: retrieveDate,
        ...(install_at !== undefined && { installDateTime: dateTime(install_at) }),
        signingCertificate: certificate,
        signature,
      },
    });
    return outcomeOf(answer, { request: requestId });
  }
  if (signature !== undefined || certificate !== undefined)
    throw new GatewayError('invalid_args', '/signature and /certificate belong together', {
      details: { path: signature === undefined ? '/signature' : '/certificate', rule: 'required' },
    });
  if (install_at !== undefined)
    throw new GatewayError('unsupported', 'OCPP 1.6 knows a time of installation only for signed firmware');
  // the answer has no fields: §6.56
  await request(context, 'UpdateFirmware', { location: url, retrieveDate, ...retriesOf(args) });
  return { status: 'accepted' };
}

/** OCPP 1.6 §5.9 and white paper §5.9: the security log only exists there, and the other where it is the only way. */
export async function getLog(context: CommandContext, args: WordArgs['get_log']): Promise<Outcome> {
  if (args.type === 'security') return getLogOfExtension(context, args, 'SecurityLog');
  const payload: GetDiagnosticsRequest = {
    location: args.url,
    ...retriesOf(args),
    ...(args.from !== undefined && { startTime: dateTime(args.from) }),
    ...(args.to !== undefined && { stopTime: dateTime(args.to) }),
  };
  try {
    const { fileName } = await request(context, 'GetDiagnostics', payload);
    // without a name there is nothing to upload: §5.9
    return { status: 'accepted', result: { file: typeof fileName === 'string' ? fileName : null } };
  } catch (error) {
    if (!isNotImplemented(error)) throw error;
    return getLogOfExtension(context, args, 'DiagnosticsLog');
  }
}

async function getLogOfExtension(
  context: CommandContext,
  args: WordArgs['get_log'],
  logType: 'DiagnosticsLog' | 'SecurityLog',
): Promise<Outcome> {
  const requestId = newRequestId(context);
  const answer = await request(context, 'GetLog', {
    logType,
    requestId,
    ...retriesOf(args),
    log: {
      remoteLocation: args.url,
      ...(args.from !== undefined && { oldestTimestamp: dateTime(args.from) }),
      ...(args.to !== undefined && { latestTimestamp: dateTime(args.to) }),
    },
  });
  const { filename } = answer;
  return outcomeOf(answer, { request: requestId, file: typeof filename === 'string' ? filename : null });
}

function isNotImplemented(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.code !== 'call_error') return false;
  const { code } = error.details as { code: string };
  return code === 'NotImplemented' || code === 'NotSupported';
}

/** OCPP 1.6 §5.6: data is a text here. */
export async function dataTransfer(
  context: CommandContext,
  args: WordArgs['data_transfer'],
): Promise<Outcome> {
  const { vendor_id, message_id, data } = args;
  const answer = await request(context, 'DataTransfer', {
    vendorId: vendor_id,
    ...(message_id !== undefined && { messageId: message_id }),
    ...(data !== undefined && { data: typeof data === 'string' ? data : JSON.stringify(data) }),
  });
  return outcomeOf(answer, 'data' in answer ? { data: answer['data'] } : {});
}
