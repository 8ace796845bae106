import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { listFacts, loadFacts } from './facts.ts';
import { getProfile, knownValue, withdraw } from './record.ts';

const db = await testDatabase();
const ctx = testContext(db);
const FILE = new URL('../../../../facts/cluster/seed-facts.json', import.meta.url);
const seed = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, { quote?: string; source?: string }[]>;

await loadFacts(ctx);

/**
 * Goal: no fact is lost, and each leads from the page to its quote and its source.
 * Method: the file is counted by itself; every entry with a quote is then looked for among what is said of its thing.
 */
describe('the facts', () => {
  test('are 262 with a quote, one computed, and nine notes', async () => {
    const { facts } = await listFacts(ctx);
    const quoted = Object.values(seed)
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .filter(({ quote }) => quote);
    expect(quoted).toHaveLength(262);
    expect(facts.filter(({ list }) => list !== 'dataQuality').filter(({ quote }) => quote !== null)).toHaveLength(262);
    expect(facts).toHaveLength(272);
  });

  test('lead each to a thing on whose page the quote and its source stand', async () => {
    const { facts, sources } = await listFacts(ctx);
    const files = new Map(
      (seed['sources'] as unknown as { code: string; file: string }[]).map(({ code, file }) => [
        file,
        code.toLowerCase(),
      ]),
    );
    for (const fact of facts) {
      expect(fact.said, fact.id).toBeGreaterThan(fact.list === 'dataQuality' ? -1 : 0);
      if (fact.list === 'dataQuality') continue;
      const profile = await getProfile(ctx, fact.thing!);
      const all = [...profile.said.flatMap(({ statements }) => statements), ...profile.links];
      const own = all.filter((each) => each.fact === fact.id);
      expect(
        own.map(({ quote }) => quote),
        fact.id,
      ).toContain(fact.quote);
      const [list = '', key = ''] = fact.id.split('/');
      const entry = seed[list]!.find((each, place) => ((each as { id?: string }).id ?? String(place)) === key);
      expect(fact.quote).toBe(entry?.quote ?? null);
      if (entry?.source !== undefined) expect(fact.source).toBe(files.get(entry.source));
      expect(sources[fact.source]?.title).toBeTruthy();
    }
  });

  test('are loaded once: the second start changes nothing', async () => {
    const count = () => db.one<{ n: number }>(sql`select count(*)::int as n from cluster.statement`);
    const before = await count();
    await loadFacts(ctx);
    await db.run(sql`delete from cluster.fact_version`);
    await loadFacts(ctx);
    expect(await count()).toEqual(before);
    const { n } = await db.one<{ n: number }>(
      sql`select count(*)::int as n from cluster.statement where withdrawn_at is not null`,
    );
    expect(n).toBe(0);
  });

  test.each([
    ['metric-nansha-cgt', 'metric-value'],
    ['cgt-psc', 'stage'],
    ['gba-cgt-psc', 'stage'],
  ])('that contradict each other about %s are shown as a conflict of its %s', async (thing, property) => {
    const profile = await getProfile(ctx, thing);
    expect(profile.said.find((each) => each.property === property)?.disputed).toBe(true);
    expect((await knownValue(db, thing, property))?.disputed).toBe(true);
  });

  test('agree everywhere else', async () => {
    const things = await db.rows<{ id: string }>(sql`select id from cluster.thing`);
    const disputed: string[] = [];
    for (const { id } of things)
      for (const { property, disputed: is } of (await getProfile(ctx, id)).said)
        if (is) disputed.push(`${id} ${property}`);
    expect(disputed.sort()).toEqual(['cgt-psc stage', 'gba-cgt-psc stage', 'metric-nansha-cgt metric-value']);
  });

  test('have a caution for each of the nine notes', async () => {
    const { cautions } = await listFacts(ctx);
    expect(new Set(cautions.map(({ id }) => id)).size).toBe(9);
    for (const { about } of cautions) {
      const [table, id] = [about.split('/')[0], about.split('/')[1]];
      const query =
        table === 'thing'
          ? sql`select 1 from cluster.thing where id = ${id}`
          : sql`select 1 from cluster.source where id = ${id}`;
      expect(await db.maybe(query), about).toBeDefined();
    }
  });

  test('speak in fen of money and never say that a park is run by where it lies', async () => {
    expect(await knownValue(db, 'ns-mother', 'fund-size')).toMatchObject({ value: 479_800_000_000, asOf: '2025-10' });
    expect(await knownValue(db, 'rev', 'target-value')).toMatchObject({ value: 100_000_000_000_000, unit: 'fen' });
    const { links } = await getProfile(ctx, 'gz-bio-island');
    expect(links.filter(({ predicate }) => predicate === 'managed-by')).toEqual([]);
  });

  test('that a person withdrew stay withdrawn when the files are read again', async () => {
    const [said] = (await getProfile(ctx, 'kingmed')).said.find(({ property }) => property === 'strategy')!.statements;
    await db.transaction((tx) => withdraw(ctx, tx, { statement: said!.id, reason: 'outdated' }));
    await db.run(sql`delete from cluster.fact_version`);
    await loadFacts(ctx);
    const profile = await getProfile(ctx, 'kingmed');
    expect(profile.history).toHaveLength(1);
  });
});
