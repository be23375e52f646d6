/** CALLs of the other side that have no answer yet. */
export interface InboundCalls {
  /**
   * `new`: to be answered. `repeat`: the same text again, it waits for the same answer. `reused`: another text
   * under an id that is being answered. `full`: too many.
   */
  accept(messageId: string, text: string): 'new' | 'repeat' | 'reused' | 'full';
  /** How often this CALL was received; 0: it is not open. It is closed from here on. */
  close(messageId: string): number;
}

/** A station may send a CALL before its last one was answered, or the same one again: all of them are kept. */
export function createInboundCalls(maxOpen: number): InboundCalls {
  const open = new Map<string, { text: string; copies: number }>();
  return {
    accept(messageId, text) {
      const known = open.get(messageId);
      if (known === undefined) {
        if (open.size >= maxOpen) return 'full';
        open.set(messageId, { text, copies: 1 });
        return 'new';
      }
      if (known.text !== text) return 'reused';
      known.copies++;
      return 'repeat';
    },

    close(messageId) {
      const copies = open.get(messageId)?.copies ?? 0;
      open.delete(messageId);
      return copies;
    },
  };
}
