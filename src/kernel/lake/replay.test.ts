import { expect, test } from 'vitest';
import { remove, writeAll } from '#kernel/fhir';
import { type DeliveredFact, listensTo } from '#kernel/outbox';
import { sql, trusted } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { testLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { checkLake } from './check.ts';
import { lakeFeed } from './feed.ts';
import { findGenerations } from './generations.ts';
import { askRebuild, keepTables } from './keeper.ts';

const SEED = Number(process.env.BANYAN_SEED ?? Date.now() % 100_000);
const ROUNDS = 12;
const PERSONS = 6;
const EACH = 4;

const db = await testDatabase();
const lake = await testLake();
const ctx = testContext(db);
const feed = lakeFeed({ lake, db, tables: [] });
listensTo([feed]);

let state = SEED;
function chance(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}
const pick = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)]!;
const maybe = (part: object): object => (chance() < 0.6 ? part : {});
const mostly = (part: object): object => (chance() < 0.9 ? part : {});
const concept = (...codes: string[]) => ({
  coding: [{ system: 'http://loinc.org', code: pick(codes) }],
  text: pick(['a', '血糖', 'it\'s \\ "b"']),
});
const moment = () =>
  pick([
    '2023',
    '2023-05',
    '2024-02-29',
    '2024-02-29T23:59:59.5+08:00',
    '2025-01-01T00:00:00Z',
    '1969-07-20T20:17:40Z',
  ]);
const number = () => pick(['1.0', '0.10', '5.4', '-3', '1e3', '123456789.125']);

/** A resource of a view's type, with and without what the view reads; numbers keep their digits. */
function random(type: string, id: string, person: string): object {
  const subject = { reference: `Patient/${person}` };
  const kinds = new Map<string, () => object>([
    [
      'Patient',
      () => ({
        ...maybe({ gender: pick(['male', 'female', 'other']) }),
        ...maybe({ birthDate: pick(['1980', '1980-05', '1980-05-06']) }),
        ...maybe({ address: [{ use: pick(['home', 'work']), postalCode: pick(['440305', '440306']), city: '深圳' }] }),
        ...maybe({ telecom: [{ system: 'phone', value: pick(['1', '2']) }] }),
        ...maybe(chance() < 0.5 ? { deceasedBoolean: true } : { deceasedDateTime: moment() }),
      }),
    ],
    [
      'Observation',
      () => ({
        status: pick(['final', 'corrected']),
        code: concept('2345-7', '718-7'),
        subject,
        ...mostly({
          category: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/observation-category',
                  code: pick(['laboratory', 'laboratory', 'vital-signs']),
                },
              ],
            },
          ],
        }),
        ...mostly(chance() < 0.7 ? { effectiveDateTime: moment() } : { effectivePeriod: { start: moment() } }),
        ...mostly(
          pick([
            { valueQuantity: { value: `#${number()}#`, unit: 'mmol/L' } },
            { valueString: 'turbid' },
            { valueCodeableConcept: concept('A', 'B') },
          ]),
        ),
        ...maybe({
          interpretation: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
                  code: pick(['H', 'L', 'N']),
                },
              ],
            },
          ],
        }),
        ...maybe({ referenceRange: [{ low: { value: `#${number()}#` } }] }),
      }),
    ],
    [
      'Encounter',
      () => ({
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: pick(['AMB', 'IMP']) },
        subject,
        ...maybe({ period: { start: '2024-01-01T00:00:00Z', end: '2024-02-01T00:00:00Z' } }),
      }),
    ],
    [
      'Condition',
      () => ({
        code: concept('x', 'y'),
        subject,
        ...maybe({ onsetDateTime: moment() }),
        ...maybe({ recordedDate: moment() }),
      }),
    ],
    [
      'ServiceRequest',
      () => ({
        status: 'active',
        intent: 'order',
        code: concept('x', 'y'),
        subject,
        ...maybe({ authoredOn: moment() }),
      }),
    ],
    [
      'Immunization',
      () => ({
        status: 'completed',
        vaccineCode: concept('1', '2'),
        patient: subject,
        occurrenceDateTime: moment(),
      }),
    ],
  ]);
  return { resourceType: type, id, ...kinds.get(type)!() };
}

/** Written with `#` around it, a number is put in as it stands. */
function exact(resource: object): object {
  return JSON.parse(JSON.stringify(resource).replace(/"#([^#]*)#"/g, '$1')) as object;
}

/** A view of somebody's own, whose columns come, go and change their types. */
function ownView(): object {
  const path = pick([
    'code.coding.code.first()',
    'code.coding.count()',
    'code.coding.exists()',
    'value.ofType(Quantity).value',
  ]);
  const columns = [{ name: 'changing', path }, ...(chance() < 0.5 ? [{ name: 'text', path: 'code.text' }] : [])];
  const at = 'https://banyan.health/fhir/StructureDefinition/lake';
  return {
    resourceType: 'ViewDefinition',
    id: 'own',
    url: 'https://example.org/own',
    name: 'own',
    status: 'active',
    resource: 'Observation',
    extension: [
      { url: `${at}-materialized`, valueBoolean: true },
      { url: `${at}-order`, valueString: 'patient, id' },
      { url: `${at}-about`, valueCanonical: 'https://banyan.health/fhir/ViewDefinition/person' },
      { url: `${at}-about-columns`, valueString: 'sex, birth_date' },
    ],
    select: [
      {
        column: [
          { name: 'id', path: 'getResourceKey()' },
          { name: 'patient', path: 'subject.getReferenceKey(Patient)' },
          ...columns,
        ],
      },
    ],
  };
}

const TYPES = ['Observation', 'Encounter', 'Condition', 'ServiceRequest', 'Immunization'];

/**
 * Goal: the lake is a function of PostgreSQL's state alone.
 * Method: random resources of many types are made, changed, told of another person, deleted and made again in transactions of random size;
 * a definition changes its columns meanwhile; the facts are heard in batches that are cut, repeated and shuffled at random, between the
 * writes; then every view is worked out anew in PostgreSQL and
 * compared row for row. At last the same from a rebuild, which meets writes on its way.
 */
test(`batches cut, repeated and shuffled end in PostgreSQL's own rows, seed ${SEED}`, async () => {
  await keepTables(ctx, { lake, db, tables: [] });
  const waiting: DeliveredFact[] = [];
  const heard: DeliveredFact[] = [];
  const known = new Set<string>();

  const write = async (...more: object[]): Promise<void> => {
    const changes = Array.from({ length: 1 + Math.floor(chance() * 8) }, () => {
      const person = `p${Math.floor(chance() * PERSONS)}`;
      if (chance() < 0.3) return { type: 'Patient', id: person, person };
      const type = pick(TYPES);
      const id = `${person}-${type}-${Math.floor(chance() * EACH)}`;
      // Told of the wrong person, and put right later.
      return { type, id, person: chance() < 0.2 ? `p${Math.floor(chance() * PERSONS)}` : person };
    });
    const unique = [...new Map(changes.map((change) => [`${change.type}/${change.id}`, change])).values()];
    for (const { type, id } of unique) {
      if (known.has(`${type}/${id}`) && chance() < 0.2) await remove(ctx, type, id);
    }
    const resources = unique.map(({ type, id, person }) => exact(random(type, id, person)));
    await db.transaction((tx) => writeAll(ctx, tx, [...resources, ...more]));
    for (const { type, id } of unique) known.add(`${type}/${id}`);
    waiting.push(
      ...(await db.rows<DeliveredFact>(sql`
        with taken as (delete from kernel.delivery where hearer = 'lake' returning id, type, subject, data, told_at as "toldAt", attempts)
        select * from taken order by id
      `)),
    );
  };

  const hearSome = async (all: boolean): Promise<void> => {
    const shuffled = waiting
      .map((fact) => ({ fact, at: chance() }))
      .sort((a, b) => a.at - b.at)
      .map(({ fact }) => fact);
    const taken = all ? shuffled : shuffled.slice(0, Math.floor(chance() * shuffled.length));
    for (const fact of taken) waiting.splice(waiting.indexOf(fact), 1);
    const again = heard.filter(() => chance() < 0.1);
    await db.transaction((tx) => feed.hear({ ...ctx, db: tx }, [...taken, ...again]));
    heard.push(...taken);
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    const changes = round % 4 === 0;
    if (changes) await write(ownView());
    const keeping = changes ? keepTables(ctx, { lake, db, tables: [] }) : undefined;
    for (let each = 0; each < 4; each += 1) await write();
    await hearSome(false);
    await keeping;
  }
  await hearSome(true);
  const first = await checkLake(lake, db, [], () => {});
  expect(first.differences).toEqual([]);
  for (const name of ['laboratory_result', 'own'])
    expect(first.views.find(({ view }) => view === name)!.rows).toBeGreaterThan(0);

  await askRebuild(ctx, { lake, db, tables: [] });
  await write();
  const filling = keepTables(ctx, { lake, db, tables: [] });
  await write();
  await hearSome(false);
  await filling;
  await hearSome(true);
  expect(await findGenerations(db)).toMatchObject([{ id: 2, state: 'current' }]);
  const second = await checkLake(lake, db, [], () => {});
  expect(second.differences).toEqual([]);
  const left = await lake.rows(trusted("select name from system.databases where match(name, '^banyan_[0-9a-f]{8}$')"));
  expect(left).toHaveLength(1);
}, 300_000);
