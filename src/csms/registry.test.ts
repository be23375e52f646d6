import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createRegistry, identityProblem } from './registry.ts';
import { createStateTable } from './state.ts';
import { newStation, type Station } from './station.ts';

function station(id: string, joinedAt: number): Station {
  return newStation(
    id,
    'k3f9',
    joinedAt,
    createStateTable(id, () => {}),
  );
}

function registryOf(known: Station[], singleStation: boolean): ReturnType<typeof createRegistry> {
  return createRegistry(
    {
      clock: createManualClock(),
      join: 'open',
      expectedStations: [],
      singleStation,
      windowEnd: () => null,
      setWindowEnd: () => {},
      create: (id) => station(id, 0),
      changed: () => {},
      removed: () => {},
      refused: () => {},
      notPending: () => {},
    },
    known,
  );
}

describe('the registry', () => {
  it('gives the one place to the first that joined, when several are known from before', () => {
    const registry = registryOf([station('A', 2), station('B', 1)], true);
    const admit = (identity: string): object =>
      registry.admit({ identity, address: '10.0.0.1', offered: [] });
    assert.ok('refused' in admit('A'));
    assert.ok('station' in admit('b'));
    const holder = registry.find('B');
    assert.ok(holder !== null);
    registry.remove(holder);
    assert.ok('station' in admit('A'));
  });

  it('finds a station without case, and keeps its name as it was first written', () => {
    const registry = registryOf([], false);
    registry.accept('Garage');
    assert.equal(registry.find('GARAGE')?.id, 'Garage');
    const admission = registry.admit({ identity: 'garage', address: '10.0.0.1', offered: [] });
    assert.equal('station' in admission && admission.station.id, 'Garage');
  });

  it('takes an identity of 1 to 48 characters without control characters', () => {
    assert.equal(identityProblem('x'.repeat(48)), null);
    for (const id of ['', 'x'.repeat(49), 'a\nb', 'a\u007f']) assert.notEqual(identityProblem(id), null);
  });
});
