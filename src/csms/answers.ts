/**
 * The last answers to messages that must not count twice, so that a station that sends one again gets the stored
 * answer. Held in memory for each station and seeded from the log when a station connects after a start-up.
 */

/** Waiting stations remember only a few messages; what is older comes with a key of its own content. */
const remembered = 64;

interface Answer {
  /** The response payload as JSON; null while the first message is being committed. */
  payload: string | null;
  waiting: ((payload: string) => void)[];
}

export interface RecentAnswers {
  /** The first message under any of the keys, if there was one: then `answered` gets its payload, now or later. */
  repeat(keys: readonly string[], answered: (payload: string) => void): boolean;
  /** A new message; `settle` is called with its payload when it is durable. */
  begin(keys: readonly string[]): (payload: string) => void;
}

export function createRecentAnswers(): RecentAnswers {
  const byKey = new Map<string, Answer>();

  const forgetOldest = (): void => {
    for (const key of byKey.keys()) {
      if (byKey.size <= remembered * 2) return;
      byKey.delete(key);
    }
  };

  return {
    repeat(keys, answered) {
      for (const key of keys) {
        const answer = byKey.get(key);
        if (answer === undefined) continue;
        if (answer.payload === null) answer.waiting.push(answered);
        else answered(answer.payload);
        return true;
      }
      return false;
    },
    begin(keys) {
      const answer: Answer = { payload: null, waiting: [] };
      for (const key of keys) byKey.set(key, answer);
      forgetOldest();
      return (payload) => {
        answer.payload = payload;
        for (const answered of answer.waiting.splice(0)) answered(payload);
      };
    },
  };
}

/** Message ids restart with the station: only id and text together name a message. */
export function messageKey(messageId: string, text: string): string {
  return `${messageId}\n${text.length}\n${fnv1a(text)}`;
}

/** FNV-1a, 32 bits: beside id and length it only has to tell two messages of one id apart. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
