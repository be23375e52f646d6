import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OcppVersion } from '../../src/ocpp/version.ts';

/** One line of recorded traffic; `in` is what the station sent. */
export type RecordedLine =
  | { dir: 'open'; cp: string; url: string; offered: string | null; chosen: string | null }
  | { dir: 'in' | 'out'; cp: string; frame: unknown[] }
  | { dir: 'close'; cp: string };

export interface Recording {
  name: string;
  /** Of the stations that spoke the wanted version, in order. */
  lines: RecordedLine[];
  /** What the recorded CSMS answered to StartTransaction: message id to transaction id. */
  transactionIds: ReadonlyMap<string, number>;
}

/** Every recording of a folder that has stations of this version. */
export function readRecordings(folder: string, version: OcppVersion): Recording[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => readRecording(join(folder, name), name, version))
    .filter(({ lines }) => lines.length > 0);
}

function readRecording(path: string, name: string, version: OcppVersion): Recording {
  const all = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as RecordedLine);
  const stations = new Set(
    all.flatMap((line) => (line.dir === 'open' && line.chosen === version ? [line.cp] : [])),
  );
  const lines = all.filter(
    (line) =>
      stations.has(line.cp) &&
      (line.dir === 'open' || line.dir === 'close' || (isExchange(line) && Array.isArray(line.frame))),
  );
  const transactionIds = new Map<string, number>();
  for (const line of lines) {
    if (line.dir !== 'out' || line.frame[0] !== 3) continue;
    const [, messageId, answer] = line.frame as [number, string, { transactionId?: number }];
    if (answer.transactionId !== undefined) transactionIds.set(messageId, answer.transactionId);
  }
  return { name, lines, transactionIds };
}

function isExchange(line: RecordedLine): line is Extract<RecordedLine, { frame: unknown[] }> {
  return line.dir === 'in' || line.dir === 'out';
}
