import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A bare OCPP 1.6 station that costs as little as possible: one CALL at a time, whose answer is not read. */
export interface BenchStation {
  readonly id: string;
  /** `answered` runs when the answer is there. */
  call(action: string, payload: string, answered: () => void): void;
  close(): void;
}

export interface StationOptions {
  url: string;
  id: string;
  /** A CALL for the station came; it is accepted at once. */
  asked?: (action: string) => void;
}

/** Connects, boots and tells its status. */
export async function connectStation({ url, id, asked }: StationOptions): Promise<BenchStation> {
  const socket = new WebSocket(`${url}/${id}`, ['ocpp1.6'], { perMessageDeflate: false });
  let lastId = 0;
  let expected = '';
  let whenAnswered: (() => void) | null = null;

  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1');
    if (text.startsWith(expected)) {
      const answered = whenAnswered;
      whenAnswered = null;
      answered?.();
    } else if (text.startsWith('[2')) {
      const [, messageId, action] = JSON.parse(text) as [number, string, string];
      asked?.(action);
      socket.send(`[3,"${messageId}",{"status":"Accepted"}]`);
    } else throw new Error(`${id} was told: ${text.slice(0, 200)}`);
  });
  await once(socket, 'open');

  const station: BenchStation = {
    id,
    call(action, payload, answered) {
      lastId++;
      expected = `[3,"${lastId}",`;
      whenAnswered = answered;
      socket.send(`[2,"${lastId}","${action}",${payload}]`);
    },
    close: () => socket.terminate(),
  };
  const tell = (action: string, payload: object): Promise<void> =>
    new Promise((resolve) => station.call(action, JSON.stringify(payload), resolve));
  await tell('BootNotification', { chargePointVendor: 'Bench', chargePointModel: 'Three phases' });
  const timestamp = new Date().toISOString();
  await tell('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp });
  return station;
}

/** Connects stations `from` to `to` (exclusive), a few at a time. */
export async function connectFleet(
  url: string,
  prefix: string,
  from: number,
  to: number,
): Promise<BenchStation[]> {
  const fleet: BenchStation[] = [];
  let next = from;
  const connectNext = async (): Promise<void> => {
    while (next < to) fleet.push(await connectStation({ url, id: `${prefix}-${next++}` }));
  };
  await Promise.all(Array.from({ length: 32 }, connectNext));
  return fleet;
}
