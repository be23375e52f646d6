import { messageOf } from '../errors.ts';
import type { SimulatedStation } from './station.ts';

/** One line of help for each command of the console. */
export const consoleHelp: readonly string[] = [
  'plug [connector]            a vehicle arrives',
  'unplug [connector]          it leaves',
  'card <idTag> [connector]    a card is presented: starts or stops',
  'fault <code> [connector]    such as GroundFailure; connector 0 is the station',
  'clear [connector]           the fault is over',
  'offline | online            the network fails, comes back',
  'status                      what the connectors do',
  'help | quit',
];

/**
 * Carries out one line of the console on every station given; the lines to print. A word that is no number first
 * is a station's id: `SIM-2 plug`. 'quit' ends.
 */
export async function runConsoleLine(
  line: string,
  stations: readonly SimulatedStation[],
): Promise<string[] | 'quit'> {
  const words = line.trim().split(/\s+/);
  const named = stations.filter(({ id }) => id === words[0]);
  const [command = '', ...rest] = named.length > 0 ? words.slice(1) : words;
  if (command === '') return [];
  if (command === 'quit' || command === 'exit') return 'quit';
  if (command === 'help') return [...consoleHelp];
  const lines: string[] = [];
  for (const station of named.length > 0 ? named : stations) {
    try {
      lines.push(...(await act(station, command, rest)).map((text) => `${station.id} ${text}`));
    } catch (error) {
      lines.push(messageOf(error));
    }
  }
  return [...new Set(lines)];
}

async function act(station: SimulatedStation, command: string, rest: string[]): Promise<string[]> {
  const [first, second] = rest;
  switch (command) {
    case 'plug':
      station.plug(connectorOf(first));
      return [];
    case 'unplug':
      station.unplug(connectorOf(first));
      return [];
    case 'card': {
      const outcome = await station.presentCard(needed(first, 'card <idTag>'), connectorOf(second));
      return [`card ${first}: ${outcome}`];
    }
    case 'fault':
      station.fault(needed(first, 'fault <code>'), connectorOf(second));
      return [];
    case 'clear':
      station.clearFault(connectorOf(first));
      return [];
    case 'offline':
      station.goOffline();
      return ['is offline'];
    case 'online':
      station.goOnline();
      return ['is online again'];
    case 'status':
      return statusLines(station);
    default:
      throw new Error(`unknown command ${command}: help lists the commands`);
  }
}

function needed(word: string | undefined, usage: string): string {
  if (word === undefined) throw new Error(`say ${usage}`);
  return word;
}

function connectorOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (!/^\d+$/.test(word)) throw new Error(`${word} is no connector`);
  return Number(word);
}

function statusLines({ view }: SimulatedStation): string[] {
  const head = `${view.online ? 'online' : 'offline'}, ${view.registration}, ${view.queued} messages waiting`;
  return [
    head,
    ...view.connectors.map(({ id, status, power, energy, soc, offered, transactionId }) => {
      const vehicle = soc === undefined ? 'no vehicle' : `vehicle at ${soc.toFixed(0)} %`;
      const transaction = transactionId === undefined ? '' : `, transaction ${transactionId}`;
      const kilo = (value: number) => (value / 1000).toFixed(2);
      return `connector ${id}: ${status}, ${kilo(power)} kW of ${offered.toFixed(1)} A, ${kilo(energy)} kWh, ${vehicle}${transaction}`;
    }),
  ];
}
