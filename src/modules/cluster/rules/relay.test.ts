import { describe, expect, test } from 'vitest';
import { RELAY_SECTORS, RELAY_STAGES } from '../model.ts';
import { type Candidate, gatesOf, matchResources, stageAfter } from './relay.ts';

test('every gate of every field asks for something, each with its source and both languages, no id twice', () => {
  for (const sector of RELAY_SECTORS) {
    const gates = gatesOf(sector);
    expect(gates.map(({ stage }) => stage)).toEqual([...RELAY_STAGES]);
    for (const { items, usualDays } of gates) {
      expect(items.length).toBeGreaterThan(1);
      expect(usualDays).toBeGreaterThan(0);
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      for (const { en, zh, source } of items) expect([en, zh, source].every((text) => text.length > 0)).toBe(true);
    }
  }
});

test.each([
  ['idea', 'pass', false, 'validation'],
  ['validation', 'back', false, 'idea'],
  ['idea', 'back', false, undefined],
  ['market', 'pass', false, undefined],
  ['making', 'stop', false, 'making'],
  ['making', 'pass', true, undefined],
  ['making', 'resume', true, 'making'],
  ['making', 'resume', false, undefined],
] as const)('from %s, %s (stopped: %s) leads to %s', (stage, decision, isStopped, to) => {
  expect(stageAfter(stage, decision, isStopped)).toBe(to);
});

describe('what helps in a stage', () => {
  const thing = (parts: Partial<Candidate>): Candidate => ({
    id: 'x',
    name: 'X',
    nameZh: null,
    kind: 'platform',
    example: false,
    relayStages: [],
    words: [],
    places: [],
    freeM2: 0,
    ...parts,
  });
  const ask = { stage: 'validation', sector: 'ivd', place: 'guangzhou' } as const;

  test('its stage comes first, then its field, then its place; each is a reason', () => {
    const found = matchResources(
      [
        thing({ id: 'far', relayStages: ['clinical validation'] }),
        thing({ id: 'near', relayStages: ['clinical validation'], places: ['guangzhou'] }),
        thing({
          id: 'best',
          relayStages: ['clinical validation'],
          words: ['In vitro diagnostic testing'],
          places: ['guangzhou'],
        }),
      ],
      ask,
    );
    expect(found.map(({ id }) => id)).toEqual(['best', 'near', 'far']);
    expect(found[0]!.reasons.map(({ why }) => why)).toEqual(expect.arrayContaining(['stage', 'sector', 'place']));
  });
  test('what is only near, or only of the field, is not offered', () => {
    expect(matchResources([thing({ places: ['guangzhou'] }), thing({ words: ['reagent'] })], ask)).toEqual([]);
  });
  test('free space helps in making, and in no other stage', () => {
    const park = thing({ kind: 'park', freeM2: 900 });
    expect(matchResources([park], { ...ask, stage: 'making' })[0]?.reasons).toContainEqual({
      why: 'space',
      detail: '900',
    });
    expect(matchResources([park], ask)).toEqual([]);
  });
});
