/**
 * The station's identity from the request target, as real stations write it. OCPP-J 1.6 §3.1.1: the last segment
 * of the path, percent-encoded. Any prefix, doubled slashes, a whole URL as the path and `?station=` are understood.
 */
export function identityOf(target: string): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  if (mark >= 0) {
    const station = new URLSearchParams(target.slice(mark + 1)).get('station');
    if (station !== null && station !== '') return station;
  }
  // `GET /ws://192.168.1.5:9000/CP_1`: host and port are no identity
  const withoutOrigin = path.replace(/^\/*(?:wss?|https?):\/+[^/]*/i, '');
  const segment = withoutOrigin.split('/').findLast((part) => part !== '') ?? '';
  return decodeOnce(segment);
}

function decodeOnce(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // a lone % is part of the name
    return segment;
  }
}
