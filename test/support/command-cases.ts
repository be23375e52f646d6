import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCommandGateway } from './command-gateway.ts';
import type { Answer, CommandGateway } from './command-gateway.ts';

/** A command, the CALLs it must cause, and how it must end. */
export interface CommandCase {
  name: string;
  action: string;
  args?: unknown;
  answers?: Record<string, Answer>;
  prepare?: (gateway: CommandGateway) => void;
  sent: [string, object][];
  status?: string;
  result?: unknown;
}

/** One test for each case, and one that none of the names is missing. */
export function testCommands(cases: readonly CommandCase[], names: readonly string[]): void {
  for (const { name, action, args, answers = {}, prepare, sent, status = 'accepted', result } of cases) {
    it(name, async () => {
      const gateway = createCommandGateway();
      Object.assign(gateway.answers, answers);
      prepare?.(gateway);
      const ended = await gateway.execute(action, args);
      assert.deepEqual(gateway.sent, sent);
      assert.equal(ended.status, status, JSON.stringify(ended.error));
      if (result !== undefined) assert.deepEqual(ended.result, result);
      assert.deepEqual(
        ended.ocpp.map((exchange) => [exchange.action, exchange.request]),
        sent,
      );
    });
  }

  it('are all tried here', () => {
    const tried = new Set(cases.map(({ action }) => action));
    assert.deepEqual(
      names.filter((name) => !tried.has(name)),
      [],
    );
  });
}

export const running = (gateway: CommandGateway): void => void gateway.runTransaction('4711');

export const url = 'ftp://files.example/';

export const profile = {
  chargingProfileId: 8,
  stackLevel: 2,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 20 }] },
};
