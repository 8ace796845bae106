import { beforeAll, beforeEach, expect, test } from 'vitest';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { enterThing } from '../actions/index.ts';
import type { CataloguePage } from '../model.ts';
import { catalogueRoutes } from './catalogues.ts';
import { recordRoutes } from './record.ts';

/**
 * Goal: a catalogue tells of each product what was said last, by whom, and never takes silence for an answer.
 * Method: true roles on a true database through HTTP.
 */
const { pool, become, own, send } = await visitRoutes('/api/cluster', [catalogueRoutes, recordRoutes]);

const maker = (): void => become('enterprise', 'maker-org');

beforeAll(async () => {
  const ctx = own();
  await pool.transaction(async (tx) => {
    await enterThing(ctx, tx, { id: 'maker', kind: 'enterprise', name: 'Maker', owner: 'Organization/maker-org' });
    await enterThing(ctx, tx, { id: 'hospital', kind: 'institution', name: 'Hospital' });
    await enterThing(ctx, tx, { id: 'trial', kind: 'application', name: 'Trial' });
  });
});
beforeEach(maker);

const enter = (parts: object, status = 200) =>
  send<{ id: string }>('POST', '/catalogues', { name: 'Drug A', class: 'drug', ...parts }, status);
const read = (query: string) => send<CataloguePage>('GET', `/catalogues?${query}`);

test('a product is shown by what was said last; what nobody said stays unknown', async () => {
  const { id } = await enter({ maker: 'maker', approvalNumber: 'S20260001', approved: '2026-03-01' });
  const say = (value: string, asOf: string, status = 200) =>
    send('POST', `/things/${id}/statements`, { property: 'insurance-list', value, asOf, quote: 'notice' }, status);
  await say('applied', '2026-05-01');
  let [line] = (await read('of=drug')).lines;
  expect(line!.gaps).toEqual([
    { list: 'innovative-list', known: false },
    { list: 'insurance-list', known: true },
    { list: 'essential-list', known: false },
  ]);
  expect((await read('of=drug&gap=insurance-list')).lines).toHaveLength(1);
  await say('listed', '2026-09-01');
  await say('perhaps', '2026-10-01', 400);
  expect((await read('of=drug&gap=insurance-list')).lines).toEqual([]);
  await send('POST', `/things/${id}/relations`, { predicate: 'used-at', object: 'hospital', asOf: '2026-10' });
  const page = await read('of=drug');
  [line] = page.lines;
  expect(line!.said['insurance-list']).toMatchObject({ value: 'listed', asOf: '2026-09-01', disputed: false });
  expect(line!.uses).toMatchObject([{ at: { id: 'hospital' }, asOf: '2026-10' }]);
  expect(line!.makers.map((each) => each.id)).toEqual(['maker']);
  expect(page.sources[line!.said['insurance-list']!.source]!.kind).toBe('entry');
  expect((await read('of=device')).lines).toEqual([]);
});

test('what is not approved has no gap; clinical applications stand beside the products', async () => {
  await enter({ name: 'Device B', class: 'device' });
  expect((await read('of=device')).lines.map(({ gaps }) => gaps)).toEqual([[]]);
  expect((await read('of=device&gap=first-of-kind-list')).lines).toEqual([]);
  expect((await read('of=application')).lines.map(({ thing }) => thing.id)).toEqual(['trial']);
});

test('others add nothing to an enterprise; who only reads enters nothing', async () => {
  become('enterprise', 'other-org');
  await enter({ maker: 'maker' }, 403);
  expect((await read('of=drug')).lines).toHaveLength(1);
  become('patient');
  await enter({}, 403);
  await read('of=drug');
});
