import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { create, type Resource, remove, update, writeAll } from '../index.ts';
import { search } from './search.ts';

const SEED = 20260102;
const RUNS = { numRuns: 60, seed: SEED };
const now = new Date('2026-06-01T00:00:00Z');
const db = await testDatabase();
const ctx = testContext(db, { now: () => now });

const UCUM = 'http://unitsofmeasure.org';
const SYSTEMS = ['http://a', 'http://b'];
const CODES = ['x', 'y', 'z'];

const coding = fc.record(
  {
    system: fc.constantFrom(...SYSTEMS),
    code: fc.constantFrom(...CODES),
    display: fc.constantFrom('Red cells', 'White cells', '红细胞'),
  },
  { requiredKeys: ['code'] },
);
const dateTime = fc.constantFrom(
  '2024',
  '2024-12',
  '2025-01',
  '2025-01-15',
  '2025-01-15T10:00:00Z',
  '2025-01-15T18:00:00+08:00',
  '2025-01-16',
  '2025-02',
  '2025',
  '2026-01-01T00:00:00.500Z',
);
const amount = fc.constantFrom(0.5, 1, 5, 5.4, 5.41, 5.46, 10, 54, 100);
const unit = fc.constantFrom(['mg/dL', UCUM], ['g/L', UCUM], ['g/dL', UCUM], ['cells', undefined]);
const quantity = fc
  .tuple(amount, unit)
  .map(([value, [code, system]]) => ({ value, unit: code, ...(system !== undefined && { system, code }) }));
const patientId = fc.constantFrom('p1', 'p2', 'p3', 'p4');

interface Observation extends Resource {
  code: { coding: { system?: string; code: string; display?: string }[] };
  status: string;
  subject?: { reference: string };
  effectiveDateTime?: string;
  effectivePeriod?: { start?: string; end?: string };
  valueQuantity?: { value: number; unit: string; system?: string; code?: string };
  component?: {
    code: { coding: { system?: string; code: string }[] };
    valueQuantity: { value: number; unit: string; system?: string; code?: string };
  }[];
}

const observation = fc
  .record(
    {
      status: fc.constantFrom('final', 'amended', 'preliminary'),
      code: fc.array(coding, { minLength: 1, maxLength: 2 }).map((all) => ({ coding: all })),
      subject: patientId.map((id) => ({ reference: `Patient/${id}` })),
      when: fc.oneof(dateTime, fc.record({ start: dateTime, end: dateTime }, { requiredKeys: ['start'] })),
      valueQuantity: quantity,
      component: fc.array(fc.record({ code: coding.map((one) => ({ coding: [one] })), valueQuantity: quantity }), {
        minLength: 1,
        maxLength: 2,
      }),
    },
    { requiredKeys: ['status', 'code'] },
  )
  .map(({ component, ...rest }) => {
    // FHIR's rule obs-7: where a component has the observation's own code, there is no value besides.
    const codes = new Set(rest.code.coding.map(({ code }) => code));
    const parts =
      rest.valueQuantity === undefined ? component : component?.filter((part) => !codes.has(part.code.coding[0]!.code));
    return { ...rest, ...(parts !== undefined && parts.length > 0 && { component: parts }) };
  })
  .map(({ when, ...rest }): Observation => {
    if (when === undefined) return { resourceType: 'Observation', ...rest };
    if (typeof when === 'string') return { resourceType: 'Observation', ...rest, effectiveDateTime: when };
    const sound = when.end === undefined || spanOf(when.start)!.hi < spanOf(when.end)!.lo;
    return { resourceType: 'Observation', ...rest, effectivePeriod: sound ? when : { start: when.start } };
  });

const NAMES = [
  'Müller',
  'Muller',
  'mull',
  'Smith',
  'SMITHSON',
  '张三',
  '张三丰',
  '李四',
  "O'Neil",
  '100%',
  'a_b',
  'Ｆｕｌｌ',
];
const patients: Resource[] = ['p1', 'p2', 'p3', 'p4'].map((id, at) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: NAMES[at], given: [NAMES[at + 4]!] }, { text: NAMES[at + 8] }],
  identifier: [
    { system: 'urn:id', value: id, type: { coding: [{ system: 'http://t', code: at % 2 === 0 ? 'MR' : 'SS' }] } },
  ],
  active: at % 2 === 0,
}));

const observations = fc.sample(observation, { numRuns: 250, seed: SEED }).map((one, at) => ({ ...one, id: `o${at}` }));
const assessments: Resource[] = [0.1, 0.14, 0.15, 0.2, 0.95].map((probabilityDecimal, at) => ({
  resourceType: 'RiskAssessment',
  id: `r${at}`,
  status: 'final',
  subject: { reference: 'Patient/p1' },
  prediction: [{ probabilityDecimal }],
}));
const URLS = [
  'http://x/fhir',
  'http://x/fhir/',
  'http://x/fhir/a',
  'http://x/fhir/a/b',
  'http://x/fhirs',
  'urn:oid:1.2.3',
];
const valueSets: Resource[] = URLS.map((url, at) => ({
  resourceType: 'ValueSet',
  id: `v${at}`,
  status: 'active',
  url,
}));

beforeAll(async () => {
  await db.transaction((tx) => writeAll(ctx, tx, [...patients, ...observations, ...assessments, ...valueSets]));
});

async function idsOf(type: string, query: string): Promise<string[]> {
  const { matches } = await search(ctx, type, `${query}&_count=1000`);
  return matches.map(({ id }) => id).sort();
}

function idsWhere<T extends Resource>(all: readonly T[], holds: (one: T) => boolean): string[] {
  return all
    .filter(holds)
    .map(({ id }) => id!)
    .sort();
}

/**
 * Goal: SQL and index say what the resources say. Method: random questions of every parameter type are answered twice, by the store
 * and by a filter over the objects that is written from the specification and shares nothing with the store.
 */
describe('search finds what a slow filter finds', () => {
  test('token', async () => {
    const asked = fc.record({
      modifier: fc.constantFrom('', ':not'),
      system: fc.constantFrom(undefined, '', ...SYSTEMS),
      code: fc.constantFrom(undefined, ...CODES, 'none'),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ modifier, system, code }) => {
        if (code === undefined && (system === undefined || system === '')) return;
        const text = system === undefined ? code : `${system}|${code ?? ''}`;
        const fits = (one: { system?: string; code: string }) =>
          (system === undefined || (one.system ?? '') === system) && (code === undefined || one.code === code);
        const found = idsWhere(observations, ({ code: { coding: all } }) => all.some(fits) !== (modifier === ':not'));
        expect(await idsOf('Observation', `code${modifier}=${text}`)).toEqual(found);
      }),
      RUNS,
    );
  });

  test('token in other words: combo-code, text, of-type, missing', async () => {
    const has = (one: Observation, code: string) => one.code.coding.some((each) => each.code === code);
    const inPart = (one: Observation, code: string) =>
      one.component?.some((part) => part.code.coding.some((each) => each.code === code)) ?? false;
    expect(await idsOf('Observation', 'combo-code=x,y')).toEqual(
      idsWhere(observations, (one) => ['x', 'y'].some((code) => has(one, code) || inPart(one, code))),
    );
    expect(await idsOf('Observation', 'combo-code:not=x')).toEqual(
      idsWhere(observations, (one) => !has(one, 'x') && !inPart(one, 'x')),
    );
    for (const text of ['cells', 'WHITE', '红']) {
      const shows = (one: Observation) =>
        one.code.coding.some(({ display }) => display?.toLowerCase().includes(text.toLowerCase()));
      expect(await idsOf('Observation', `code:text=${text}`)).toEqual(
        idsWhere(observations, (one) => shows(one) ?? false),
      );
    }
    expect(await idsOf('Patient', 'identifier:of-type=http://t|MR|p1')).toEqual(['p1']);
    expect(await idsOf('Patient', 'identifier:of-type=http://t|SS|p1')).toEqual([]);
    for (const missing of [true, false]) {
      expect(await idsOf('Observation', `value-quantity:missing=${missing}`)).toEqual(
        idsWhere(observations, (one) => (one.valueQuantity === undefined) === missing),
      );
      expect(await idsOf('Observation', `patient:missing=${missing}`)).toEqual(
        idsWhere(observations, (one) => (one.subject === undefined) === missing),
      );
      expect(await idsOf('Observation', `date:missing=${missing}`)).toEqual(
        idsWhere(observations, (one) => (rangeOf(one) === undefined) === missing),
      );
    }
    expect(await idsOf('Patient', 'active=true')).toEqual(['p1', 'p3']);
  });

  test('reference', async () => {
    const asked = fc.tuple(
      fc.constantFrom(
        'subject=Patient/',
        'patient=',
        'subject:Patient=',
        'patient=Patient/',
        'patient=http://here/Patient/',
        'subject=',
      ),
      fc.array(patientId, { minLength: 1, maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(asked, async ([form, ids]) => {
        const [name, prefix = ''] = form.split('=');
        const query = `${name}=${ids.map((id) => `${prefix}${id}`).join(',')}&_count=1000`;
        const { matches } = await search(ctx, 'Observation', query, { base: 'http://here' });
        expect(matches.map(({ id }) => id).sort()).toEqual(
          idsWhere(observations, ({ subject }) => ids.some((id) => subject?.reference === `Patient/${id}`)),
        );
      }),
      RUNS,
    );
    expect(await idsOf('Observation', 'subject=Group/p1')).toEqual([]);
  });

  test('date', async () => {
    const asked = fc.array(
      fc.tuple(fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), dateTime),
      { minLength: 1, maxLength: 2 },
    );
    await fc.assert(
      fc.asyncProperty(asked, async (terms) => {
        const query = terms.map(([prefix, date]) => `date=${prefix}${encodeURIComponent(date)}`).join('&');
        const found = idsWhere(observations, (one) => {
          const range = rangeOf(one);
          return range !== undefined && terms.every(([prefix, date]) => dateFits(prefix, range, spanOf(date)!));
        });
        expect(await idsOf('Observation', query)).toEqual(found);
      }),
      { ...RUNS, numRuns: 150 },
    );
  });

  test('quantity over units', async () => {
    const asked = fc.tuple(
      fc.constantFrom('', 'gt', 'lt', 'ge', 'le', 'ne'),
      fc.constantFrom('5.4', '5', '10', '0.054', '100', '1e1', '54.0'),
      fc.constantFrom('', '||mg/dL', '||cells', `|${UCUM}|mg/dL`, `|${UCUM}|g/L`),
    );
    await fc.assert(
      fc.asyncProperty(asked, async ([prefix, number, suffix]) => {
        const found = idsWhere(
          observations,
          ({ valueQuantity }) => valueQuantity !== undefined && quantityFits(prefix, number, suffix, valueQuantity),
        );
        expect(await idsOf('Observation', `value-quantity=${prefix}${number}${suffix}`)).toEqual(found);
      }),
      { ...RUNS, numRuns: 120 },
    );
  });

  test('composite, in one place', async () => {
    const asked = fc.tuple(
      fc.constantFrom(...CODES),
      fc.constantFrom('', ...SYSTEMS),
      fc.constantFrom('', 'gt', 'lt'),
      fc.constantFrom('5.4', '10', '54'),
      fc.constantFrom('', '||mg/dL', `|${UCUM}|g/L`),
    );
    await fc.assert(
      fc.asyncProperty(asked, async ([code, system, prefix, number, suffix]) => {
        const token = system === '' ? code : `${system}|${code}`;
        const value = `${token}$${prefix}${number}${suffix}`;
        const codeFits = (all: { system?: string; code: string }[]) =>
          all.some((one) => one.code === code && (system === '' || one.system === system));
        const own = (one: Observation) =>
          one.valueQuantity !== undefined &&
          codeFits(one.code.coding) &&
          quantityFits(prefix, number, suffix, one.valueQuantity);
        const part = (one: Observation) =>
          one.component?.some(
            (each) => codeFits(each.code.coding) && quantityFits(prefix, number, suffix, each.valueQuantity),
          ) ?? false;
        expect(await idsOf('Observation', `code-value-quantity=${value}`)).toEqual(idsWhere(observations, own));
        expect(await idsOf('Observation', `component-code-value-quantity=${value}`)).toEqual(
          idsWhere(observations, part),
        );
        expect(await idsOf('Observation', `combo-code-value-quantity=${value}`)).toEqual(
          idsWhere(observations, (one) => own(one) || part(one)),
        );
      }),
      { ...RUNS, numRuns: 40 },
    );
  });

  test('string', async () => {
    const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const parts = (one: Resource) =>
      (one['name'] as { family?: string; given?: string[]; text?: string }[]).flatMap(({ family, given = [], text }) =>
        [family, ...given, text].filter((part) => part !== undefined),
      );
    const asked = fc.tuple(
      fc.constantFrom('', ':exact', ':contains'),
      fc.constantFrom(...NAMES, 'mü', 'SMI', '三', '张', 'son', '%', '_', 'full', 'nobody'),
    );
    await fc.assert(
      fc.asyncProperty(asked, async ([modifier, text]) => {
        const fits = (part: string) =>
          modifier === ':exact'
            ? part === text
            : modifier === ':contains'
              ? plain(part).includes(plain(text))
              : plain(part).startsWith(plain(text));
        expect(await idsOf('Patient', `name${modifier}=${encodeURIComponent(text)}`)).toEqual(
          idsWhere(patients, (one) => parts(one).some(fits)),
        );
      }),
      { ...RUNS, numRuns: 120 },
    );
  });

  test('number, uri, id', async () => {
    expect(await idsOf('RiskAssessment', 'probability=0.1')).toEqual(['r0', 'r1']);
    expect(await idsOf('RiskAssessment', 'probability=0.15')).toEqual(['r2']);
    expect(await idsOf('RiskAssessment', 'probability=gt0.14')).toEqual(['r2', 'r3', 'r4']);
    expect(await idsOf('RiskAssessment', 'probability=le0.14,ge0.95')).toEqual(['r0', 'r1', 'r4']);
    expect(await idsOf('ValueSet', 'url=http://x/fhir')).toEqual(['v0']);
    expect(await idsOf('ValueSet', 'url:below=http://x/fhir')).toEqual(['v0', 'v1', 'v2', 'v3']);
    expect(await idsOf('ValueSet', 'url:above=http://x/fhir/a/b/c')).toEqual(['v0', 'v1', 'v2', 'v3']);
    expect(await idsOf('Observation', '_id=o1,o2,none')).toEqual(['o1', 'o2']);
    expect(await idsOf('Observation', '_lastUpdated=ge2026-06-01&_lastUpdated=lt2026-06-02')).toHaveLength(
      observations.length,
    );
    expect(await idsOf('Observation', '_lastUpdated=gt2026-06-01')).toEqual([]);
  });

  test('chains and reverse chains', async () => {
    const ofPatients = (ids: string[]) =>
      idsWhere(observations, ({ subject }) => ids.some((id) => subject?.reference === `Patient/${id}`));
    expect(await idsOf('Observation', 'subject:Patient.name=mull')).toEqual(ofPatients(['p1', 'p2', 'p3']));
    expect(await idsOf('Observation', 'patient.active=true&status=final')).toEqual(
      ofPatients(['p1', 'p3']).filter((id) => observations.find((one) => one.id === id)?.status === 'final'),
    );
    expect(await idsOf('Observation', 'patient.name=nobody')).toEqual([]);
    const having = (holds: (one: Observation) => boolean) =>
      [...new Set(observations.filter(holds).flatMap(({ subject }) => subject?.reference.slice(8) ?? []))].sort();
    expect(await idsOf('Patient', '_has:Observation:patient:code=http://a|x')).toEqual(
      having((one) => one.code.coding.some(({ system, code }) => system === 'http://a' && code === 'x')),
    );
    expect(await idsOf('Observation', 'patient._has:RiskAssessment:subject:probability=gt0.9')).toEqual(
      ofPatients(['p1']),
    );
  });

  test('a reverse chain over more resources than are read one by one', async () => {
    const many = Array.from({ length: 1100 }, (_, at) => ({
      resourceType: 'Condition',
      id: `c${at}`,
      code: { coding: [{ code: 'x' }] },
      subject: { reference: `Patient/p${at < 1099 ? 2 : 4}` },
    }));
    await db.transaction((tx) => writeAll(ctx, tx, many));
    expect(await idsOf('Patient', '_has:Condition:patient:code=x')).toEqual(['p2', 'p4']);
    expect(await idsOf('Patient', '_has:Condition:patient:code=x&active=true')).toEqual([]);
  });
});

interface Span {
  lo: number;
  hi: number;
}

function spanOf(text: string): Span | undefined {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number?, number?];
  if (text.includes('T')) {
    const lo = Date.parse(text);
    return { lo, hi: lo + (text.includes('.') ? 0 : 999) };
  }
  if (day !== undefined) return { lo: Date.UTC(year, month! - 1, day), hi: Date.UTC(year, month! - 1, day + 1) - 1 };
  if (month !== undefined) return { lo: Date.UTC(year, month - 1), hi: Date.UTC(year, month) - 1 };
  return { lo: Date.UTC(year, 0), hi: Date.UTC(year + 1, 0) - 1 };
}

function rangeOf({ effectiveDateTime, effectivePeriod }: Observation): Span | undefined {
  if (effectiveDateTime !== undefined) return spanOf(effectiveDateTime);
  if (effectivePeriod === undefined) return undefined;
  const { start, end } = effectivePeriod;
  return { lo: spanOf(start!)!.lo, hi: end === undefined ? Number.POSITIVE_INFINITY : spanOf(end)!.hi };
}

/** FHIR R4 search.html#prefix. */
function dateFits(prefix: string, is: Span, asked: Span): boolean {
  const contained = is.lo >= asked.lo && is.hi <= asked.hi;
  const slack = Math.abs(now.getTime() - (asked.lo + asked.hi) / 2) / 10;
  switch (prefix) {
    case 'ne':
      return !contained;
    case 'gt':
      return is.hi > asked.hi;
    case 'lt':
      return is.lo < asked.lo;
    case 'ge':
      return is.hi > asked.hi || contained;
    case 'le':
      return is.lo < asked.lo || contained;
    case 'sa':
      return is.lo > asked.hi;
    case 'eb':
      return is.hi < asked.lo;
    case 'ap':
      return is.hi > asked.lo - slack && is.lo <= asked.hi + slack;
    default:
      return contained;
  }
}

/** In g/L where both sides carry a UCUM unit. */
const PER_LITRE: Record<string, number> = { 'mg/dL': 0.01, 'g/dL': 10, 'g/L': 1 };

function quantityFits(
  prefix: string,
  number: string,
  suffix: string,
  is: { value: number; unit: string; system?: string },
): boolean {
  const [, system, code = ''] = suffix.split('|');
  const half = { '5.4': 0.05, '5': 0.5, '10': 0.5, '0.054': 0.0005, '100': 0.5, '1e1': 5, '54.0': 0.05, '54': 0.5 }[
    number
  ]!;
  let [value, factor] = [is.value, 1];
  if (system === UCUM) {
    if (is.system !== UCUM) return false;
    value = is.value * PER_LITRE[is.unit]!;
    factor = PER_LITRE[code]!;
  } else if (code !== '' && is.unit !== code) return false;
  const close = (one: number, other: number) => Math.abs(one - other) < 1e-9 * Math.max(1, Math.abs(one));
  const asked = Number(number) * factor;
  const within =
    (value > (Number(number) - half) * factor || close(value, (Number(number) - half) * factor)) &&
    value < (Number(number) + half) * factor &&
    !close(value, (Number(number) + half) * factor);
  switch (prefix) {
    case 'ne':
      return !within;
    case 'gt':
      return value > asked && !close(value, asked);
    case 'lt':
      return value < asked && !close(value, asked);
    case 'ge':
      return value > asked || close(value, asked);
    case 'le':
      return value < asked || close(value, asked);
    default:
      return within;
  }
}

/** Goal: pages put together are the result, whatever is written meanwhile. Method: random page sizes and orders, writes between pages. */
describe('pages', () => {
  test.each(['', '_sort=date', '_sort=-date,status', '_sort=value-quantity,-_id', '_sort=-code', '_sort=patient'])(
    '%s',
    async (sort) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 7, max: 120 }), async (count) => {
          const all = await search(ctx, 'Observation', `status=final,amended&${sort}&_count=1000`);
          const pages: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await search(
              ctx,
              'Observation',
              `status=final,amended&${sort}&_count=${count}${cursor === undefined ? '' : `&_cursor=${cursor}`}`,
            );
            pages.push(...page.matches.map(({ id }) => id));
            cursor = page.next;
          } while (cursor !== undefined);
          expect(pages).toEqual(all.matches.map(({ id }) => id));
        }),
        { numRuns: 4, seed: SEED },
      );
    },
  );

  test('what is there all the time comes exactly once while others come, change and go', async () => {
    const lasting = Array.from({ length: 60 }, (_, at) => ({
      resourceType: 'Basic',
      id: `b${at}`,
      code: { text: 'x' },
    }));
    await db.transaction((tx) => writeAll(ctx, tx, lasting));
    const seen: string[] = [];
    let cursor: string | undefined;
    let round = 0;
    do {
      const page = await search(ctx, 'Basic', `_count=9${cursor === undefined ? '' : `&_cursor=${cursor}`}`);
      seen.push(...page.matches.map(({ id }) => id));
      cursor = page.next;
      round += 1;
      await update(ctx, { ...lasting[round * 3]!, language: 'en' });
      const made = await create(ctx, { resourceType: 'Basic', code: { text: 'new' } });
      if (round % 2 === 0) await remove(ctx, 'Basic', made.id);
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => id.startsWith('b') && id.length < 5).sort()).toEqual(lasting.map(({ id }) => id).sort());
  });

  test('dates sort by their beginning, what has none comes last', async () => {
    for (const [sort, sign] of [
      ['date', 1],
      ['-date', -1],
    ] as const) {
      const { matches } = await search(ctx, 'Observation', `_sort=${sort}&_count=1000`);
      const keys = matches.map(({ id }) => rangeOf(observations.find((one) => one.id === id)!)?.lo);
      const dated = keys.filter((key) => key !== undefined);
      expect(keys.slice(0, dated.length)).toEqual([...dated].sort((a, b) => sign * (a - b)));
    }
  });
});

describe('what comes with a page', () => {
  test('totals', async () => {
    const final = observations.filter(({ status }) => status === 'final').length;
    expect(await search(ctx, 'Observation', 'status=final&_total=accurate&_count=3')).toMatchObject({ total: final });
    expect(await search(ctx, 'Observation', 'status=final&_summary=count')).toMatchObject({
      total: final,
      matches: [],
    });
    expect((await search(ctx, 'Observation', 'status=final')).total).toBeUndefined();
  });

  test('included resources, each once', async () => {
    const page = await search(ctx, 'Observation', 'status=final&_include=Observation:subject&_count=50');
    const referred = new Set(
      page.matches.flatMap(({ id }) => observations.find((one) => one.id === id)?.subject?.reference ?? []),
    );
    expect(page.included.map(({ type, id }) => `${type}/${id}`).sort()).toEqual([...referred].sort());
    const back = await search(ctx, 'Patient', '_id=p1&_revinclude=Observation:patient');
    expect(back.included.map(({ id }) => id).sort()).toEqual(
      idsWhere(observations, ({ subject }) => subject?.reference === 'Patient/p1'),
    );
    const around = await search(
      ctx,
      'RiskAssessment',
      '_id=r0&_include=RiskAssessment:patient&_revinclude:iterate=Observation:patient',
    );
    expect(around.included.length).toBe(1 + back.included.length);
  });

  test('deleted resources are not found', async () => {
    const { id } = await create(ctx, { resourceType: 'Basic', code: { coding: [{ code: 'gone' }] } });
    expect(await idsOf('Basic', 'code=gone')).toEqual([id]);
    await remove(ctx, 'Basic', id);
    expect(await idsOf('Basic', 'code=gone')).toEqual([]);
    expect(await idsOf('Basic', `_id=${id}`)).toEqual([]);
  });
});
