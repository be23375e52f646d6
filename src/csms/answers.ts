/**
 * The last answers to messages that must not count twice, so that a station that sends one again gets the stored
 * answer. Held in memory for each station and seeded from the log when a station connects after a start-up.
 */

/** Waiting stations remember only a few messages; what is older comes with a key of its own content. */
const remembered = 64;

interface Answer {
  /** The response payload as JSON; null while the first message is being committed. */
  payload: string | null;
  /** Repeats that came meanwhile; null: none, as nearly always. */
  waiting: ((payload: string) => void)[] | null;
}

/** Called with the payload when it is durable; with null when it came to nothing, and a repeat begins anew. */
export type Settle = (payload: string | null) => void;

export interface RecentAnswers {
  /** The first message under any of the keys, if there was one: then `answered` gets its payload, now or later. */
  repeat(keys: readonly string[], answered: (payload: string) => void): boolean;
  /** A new message. */
  begin(keys: readonly string[]): Settle;
}

export function createRecentAnswers(): RecentAnswers {
  const byKey = new Map<string, Answer>();

  const forgetOldest = (): void => {
    if (byKey.size <= remembered * 2) return;
    for (const key of byKey.keys()) {
      byKey.delete(key);
      if (byKey.size <= remembered * 2) return;
    }
  };

  return {
    repeat(keys, answered) {
      for (const key of keys) {
        const answer = byKey.get(key);
        if (answer === undefined) continue;
        if (answer.payload === null) (answer.waiting ??= []).push(answered);
        else answered(answer.payload);
        return true;
      }
      return false;
    },
    begin(keys) {
      const answer: Answer = { payload: null, waiting: null };
      for (const key of keys) byKey.set(key, answer);
      forgetOldest();
      return (payload) => {
        if (payload === null) {
          for (const key of keys) if (byKey.get(key) === answer) byKey.delete(key);
          return;
        }
        answer.payload = payload;
        const { waiting } = answer;
        answer.waiting = null;
        for (const answered of waiting ?? []) answered(payload);
      };
    },
  };
}

/** Message ids restart with the station: only id and text together name a message. */
export function messageKey(messageId: string, text: string): string {
  return `${messageId}\n${text.length}\n${hashOf(text)}`;
}

const prime = 0x01000193;

/**
 * FNV-1a, 32 bits, in two lanes that a processor takes at once: beside id and length it only has to tell two messages
 * of one id apart.
 */
function hashOf(text: string): number {
  let even = 0x811c9dc5;
  let odd = 0x1c9dc581;
  const pairs = text.length & ~1;
  for (let index = 0; index < pairs; index += 2) {
    even = Math.imul(even ^ text.charCodeAt(index), prime);
    odd = Math.imul(odd ^ text.charCodeAt(index + 1), prime);
  }
  if (pairs < text.length) even = Math.imul(even ^ text.charCodeAt(pairs), prime);
  return (even ^ odd) >>> 0;
}
