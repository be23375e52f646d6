/** What retention needs to know of a segment. */
export interface SegmentFacts {
  lastN: number;
  /** When its last row was accepted, ms since 1970; null for a segment without rows. */
  lastTime: number | null;
  bytes: number;
}

export interface RetentionRules {
  days: number;
  maxBytes: number;
  /** Rows behind this one are not acknowledged, or not applied to the state, and stay whatever the rules say. */
  safeN: number;
}

const dayMs = 86_400_000;

/**
 * How many of the oldest segments go. `segments` is in order; the last one is open and always stays.
 *
 * Age is counted in steps from segment to segment, each at most a quarter of the retention: a clock that jumps
 * ahead by years, and back, ages nothing by more than that, and a gateway that was switched off for a year keeps
 * its last weeks.
 */
export function countExpired(segments: readonly SegmentFacts[], rules: RetentionRules): number {
  const longestStep = (rules.days * dayMs) / 4;
  let age = 0;
  let newerTime: number | null = null;
  let bytes = 0;
  let expired = false;
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    const { lastN, lastTime, bytes: own } = segments[index] as SegmentFacts;
    if (lastTime !== null && newerTime !== null) {
      age += Math.max(-longestStep, Math.min(longestStep, newerTime - lastTime));
    }
    newerTime = lastTime ?? newerTime;
    bytes += own;
    const isOpen = index === segments.length - 1;
    // What is older than an expired one goes with it: the log has no holes.
    expired ||= age > rules.days * dayMs || bytes > rules.maxBytes;
    if (expired && !isOpen && lastN <= rules.safeN) return index + 1;
  }
  return 0;
}
