import { describe } from 'node:test';
import { profile, running, testCommands } from '../../../../test/support/command-cases.ts';
import type { CommandCase } from '../../../../test/support/command-cases.ts';
import { chargingWords } from '../../commands/words/charging.ts';

/** Our own profile as it goes out at 10:00:00. */
function limit(
  id: number,
  purpose: string,
  value: number,
  more: { unit?: string; phases?: number; transaction?: number; duration?: number } = {},
): object {
  return {
    chargingProfileId: id,
    ...(more.transaction !== undefined && { transactionId: more.transaction }),
    stackLevel: 0,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      ...(more.duration !== undefined && { duration: more.duration }),
      startSchedule: '2026-11-22T09:59:00Z',
      chargingRateUnit: more.unit ?? 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: value, ...(more.phases !== undefined && { numberPhases: more.phases }) },
      ],
    },
  };
}

const cases: CommandCase[] = [
  {
    name: 'start takes EVSE 1 and REMOTE_ID_TAG',
    action: 'start',
    sent: [['RemoteStartTransaction', { connectorId: 1, idTag: 'ocpp2mqtt' }]],
    result: { transaction: null },
  },
  {
    name: 'start with a current sends a TxProfile without transaction id',
    action: 'start',
    args: { evse: 2, id_token: { id_token: '04A3', type: 'ISO14443' }, current: 10 },
    sent: [
      [
        'RemoteStartTransaction',
        {
          connectorId: 2,
          idTag: '04A3',
          chargingProfile: {
            chargingProfileId: 7122,
            stackLevel: 0,
            chargingProfilePurpose: 'TxProfile',
            chargingProfileKind: 'Relative',
            chargingSchedule: {
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
            },
          },
        },
      ],
    ],
  },
  {
    name: 'stop means the running transaction',
    action: 'stop',
    prepare: running,
    sent: [['RemoteStopTransaction', { transactionId: 4711 }]],
    result: { transaction: '4711', status: 'Accepted' },
  },
  {
    name: 'stop of an EVSE',
    action: 'stop',
    args: { evse: 2 },
    prepare(gateway) {
      gateway.runTransaction('1');
      gateway.runTransaction('2', 2);
    },
    sent: [['RemoteStopTransaction', { transactionId: 2 }]],
  },
  {
    name: 'pause binds 0 A to the running transaction',
    action: 'pause',
    prepare: running,
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 1, csChargingProfiles: limit(7112, 'TxProfile', 0, { transaction: 4711 }) },
      ],
    ],
    result: { paused: true, transaction: '4711' },
  },
  {
    name: 'resume without a limit removes the profile of the pause',
    action: 'resume',
    prepare: running,
    sent: [['ClearChargingProfile', { id: 7112 }]],
    result: { paused: false, transaction: '4711' },
  },
  {
    name: 'set_limit without a transaction sends a TxDefaultProfile',
    action: 'set_limit',
    args: { current: 10, phases: 1, duration: 600 },
    sent: [
      [
        'SetChargingProfile',
        {
          connectorId: 1,
          csChargingProfiles: limit(7111, 'TxDefaultProfile', 10, { phases: 1, duration: 660 }),
        },
      ],
    ],
    result: { current: 10, phases: 1 },
  },
  {
    name: 'set_limit while charging sends a TxProfile, too',
    action: 'set_limit',
    args: { evse: 1, power: 7400 },
    prepare: running,
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 1, csChargingProfiles: limit(7111, 'TxDefaultProfile', 7400, { unit: 'W' }) },
      ],
      [
        'SetChargingProfile',
        {
          connectorId: 1,
          csChargingProfiles: limit(7112, 'TxProfile', 7400, { unit: 'W', transaction: 4711 }),
        },
      ],
    ],
    result: { power: 7400 },
  },
  {
    name: 'set_limit of the station sends a ChargePointMaxProfile on connector 0',
    action: 'set_limit',
    args: { evse: 0, current: 32 },
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 0, csChargingProfiles: limit(7100, 'ChargePointMaxProfile', 32) },
      ],
    ],
  },
  {
    name: 'clear_limit clears our profile, and one that is not there is cleared',
    action: 'clear_limit',
    answers: { ClearChargingProfile: { status: 'Unknown' } },
    sent: [['ClearChargingProfile', { id: 7111 }]],
  },
  {
    name: 'clear_limit of the station',
    action: 'clear_limit',
    args: { evse: 0 },
    sent: [['ClearChargingProfile', { id: 7100 }]],
  },
  {
    name: 'set_phases without a limit allows the full current on them',
    action: 'set_phases',
    args: { evse: 1, phases: 3 },
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 1, csChargingProfiles: limit(7111, 'TxDefaultProfile', 32, { phases: 3 }) },
      ],
    ],
  },
  {
    name: 'set_profile passes the profile on',
    action: 'set_profile',
    args: { evse: 1, profile },
    sent: [['SetChargingProfile', { connectorId: 1, csChargingProfiles: profile }]],
  },
  {
    name: 'clear_profile by all criteria',
    action: 'clear_profile',
    args: { evse: 1, id: 8, purpose: 'TxProfile', stack_level: 2 },
    sent: [
      ['ClearChargingProfile', { id: 8, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 2 }],
    ],
  },
  {
    name: 'get_schedule of the station for a day',
    action: 'get_schedule',
    answers: {
      GetCompositeSchedule: { status: 'Accepted', connectorId: 0, scheduleStart: '2026-11-22T10:00:00Z' },
    },
    sent: [['GetCompositeSchedule', { connectorId: 0, duration: 86_400 }]],
    result: { evse: 0, start: '2026-11-22T10:00:00Z', schedule: null },
  },
  {
    name: 'unlock',
    action: 'unlock',
    answers: { UnlockConnector: { status: 'Unlocked' } },
    sent: [['UnlockConnector', { connectorId: 1 }]],
    result: { status: 'Unlocked' },
  },
  {
    name: 'set_availability of the station; scheduled is accepted',
    action: 'set_availability',
    args: { operative: false },
    answers: { ChangeAvailability: { status: 'Scheduled' } },
    sent: [['ChangeAvailability', { connectorId: 0, type: 'Inoperative' }]],
    result: { status: 'Scheduled' },
  },
  {
    name: 'reserve with an id of its own, time in UTC',
    action: 'reserve',
    args: { id_token: 'A', expires_at: '2026-11-22T13:00:00+02:00', id: 5 },
    sent: [
      ['ReserveNow', { connectorId: 1, expiryDate: '2026-11-22T11:00:00Z', idTag: 'A', reservationId: 5 }],
    ],
    result: { id: 5, status: 'Accepted' },
  },
  {
    name: 'reserve refused because of a car',
    action: 'reserve',
    args: { id_token: 'A', expires_at: '2026-11-22T13:00:00Z', id: 5 },
    answers: { ReserveNow: { status: 'Occupied' } },
    sent: [
      ['ReserveNow', { connectorId: 1, expiryDate: '2026-11-22T13:00:00Z', idTag: 'A', reservationId: 5 }],
    ],
    status: 'rejected',
    result: { id: 5, status: 'Occupied' },
  },
  {
    name: 'cancel_reservation',
    action: 'cancel_reservation',
    args: { id: 5 },
    sent: [['CancelReservation', { reservationId: 5 }]],
  },
  {
    name: 'get_transactions from the gateway alone',
    action: 'get_transactions',
    prepare: running,
    sent: [],
    result: {
      transactions: [
        {
          evse: 1,
          running: true,
          id: '4711',
          start: '2026-11-22T09:00:00Z',
          energy: 2,
          duration: 3600,
          id_token: 'TAG',
          meter_start: 1,
          signed: 'none',
        },
      ],
    },
  },
  {
    name: 'set_charging_enabled',
    action: 'set_charging_enabled',
    args: { evse: 1, enabled: false },
    sent: [],
    result: { enabled: false },
  },
];

describe('the words for charging in OCPP 1.6', () => testCommands(cases, Object.keys(chargingWords)));
