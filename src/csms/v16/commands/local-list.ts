import { GatewayError } from '../../../errors.ts';
import type { SendLocalListRequest } from '../../../ocpp/generated/v16/types.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { dateTime, idTagOf, isAccepted, outcomeOf, request } from './request.ts';

type Entry = NonNullable<SendLocalListRequest['localAuthorizationList']>[number];
type EntryInfo = NonNullable<Entry['idTagInfo']>;
type ListToken = WordArgs['local_list_send']['tokens'][number];

/** OCPP 1.6 §5.15. */
export async function sendLocalList(
  context: CommandContext,
  args: WordArgs['local_list_send'],
): Promise<Outcome> {
  const { core, station } = context;
  const localAuthorizationList = args.tokens.map((token) => entryOf(token, args.full));
  const listVersion = args.version ?? (await nextVersion(context));
  const answer = await request(context, 'SendLocalList', {
    listVersion,
    localAuthorizationList,
    updateType: args.full ? 'Full' : 'Differential',
  });
  if (isAccepted(answer)) {
    station.localListVersion = listVersion;
    core.touch(station);
  }
  return outcomeOf(answer, { version: listVersion });
}

/** Never 0 or -1, which mean an empty list and none at all: errata §3.52. */
async function nextVersion(context: CommandContext): Promise<number> {
  const known = context.station.localListVersion;
  if (known > 0) return known + 1;
  const told = await readVersion(context);
  if (told === -1) throw new GatewayError('unsupported', 'the station has no local list');
  return Math.max(told, 0) + 1;
}

/** OCPP 1.6 §5.10. */
export async function getLocalListVersion(context: CommandContext): Promise<Outcome> {
  const version = await readVersion(context);
  return { status: 'accepted', result: { version: version === -1 ? null : version } };
}

async function readVersion(context: CommandContext): Promise<number> {
  const answer = await request(context, 'GetLocalListVersion', {});
  const version = Number(answer['listVersion']);
  if (!Number.isInteger(version))
    throw new GatewayError('invalid_answer', 'the answer of the station has no list version', {
      details: { answer },
    });
  if (version > 0) context.station.localListVersion = version;
  return version;
}

const statuses: readonly EntryInfo['status'][] = [
  'Accepted',
  'Blocked',
  'Expired',
  'Invalid',
  'ConcurrentTx',
];

/** An entry without idTagInfo takes the token off the list; only an update may have one: §7.1. */
function entryOf(token: ListToken, full: boolean): Entry {
  if (typeof token === 'string') return { idTag: idTagOf(token), idTagInfo: { status: 'Accepted' } };
  const { id_token, status = 'Accepted', expires_at, parent_id_token, remove = false } = token;
  const idTag = idTagOf(id_token);
  if (remove) {
    if (full) throw invalid('/tokens/remove', 'is only possible with full false');
    return { idTag };
  }
  const known = statuses.find((name) => name.toLowerCase() === status.toLowerCase());
  if (known === undefined) throw invalid('/tokens/status', `must be one of ${statuses.join(', ')}`);
  return {
    idTag,
    idTagInfo: {
      ...(expires_at !== undefined && { expiryDate: dateTime(expires_at) }),
      ...(parent_id_token !== undefined && { parentIdTag: idTagOf(parent_id_token) }),
      status: known,
    },
  };
}

function invalid(path: string, rule: string): GatewayError {
  return new GatewayError('invalid_args', `${path} ${rule}`, { details: { path, rule: 'enum' } });
}

/** OCPP 1.6 §5.4. */
export async function clearCache(context: CommandContext): Promise<Outcome> {
  return outcomeOf(await request(context, 'ClearCache', {}));
}
