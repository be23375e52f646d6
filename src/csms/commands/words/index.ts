import type { Static } from 'typebox';
import { chargingWords } from './charging.ts';
import { stationWords } from './station.ts';

/** Every plain word with the schema of its arguments: the same for each OCPP version. */
export const words = { ...chargingWords, ...stationWords };

export type Word = keyof typeof words;

/** The arguments of each word, validated and with defaults. */
export type WordArgs = { [W in Word]: Static<(typeof words)[W]> };

/** Words that change only the gateway and need no connected station. */
export type GatewayWord = 'get_transactions' | 'set_charging_enabled' | 'set_authorization';

/** Words whose rules are the same for each version; only the profile is written differently. */
export type LimitWord = 'set_limit' | 'clear_limit' | 'pause' | 'resume' | 'set_phases';

/** Words that each OCPP version translates for itself. */
export type StationWord = Exclude<Word, GatewayWord | LimitWord>;
