import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { evalSqlOnFhir } from '@medplum/core';
import { Session } from 'chdb';
import { compileView, losslessJson, parseView } from '#standards/sql-on-fhir';
import type { Bench } from './bench.ts';

const PATIENTS = 50_000;
/** The peer in JavaScript is slow: it gets so many of them. */
const FEW = 5_000;

/** Names and contacts of patients by nested forEach, compiled and otherwise, in patients per CPU second on one thread. */
export const bench: Bench = {
  name: 'sql-on-fhir',
  summary: 'rows of nested views, compiled, beside hand-written SQL and @medplum/core',
  async run(_args, say) {
    const patients = Array.from({ length: PATIENTS }, (_, index) => patient(index));
    const folder = await mkdtemp(join(tmpdir(), 'banyan-bench-'));
    const session = new Session(folder);
    try {
      say(`loading ${PATIENTS} patients`);
      session.query('create table patient (content String) engine = Memory');
      const lines = patients.map((one) => JSON.stringify({ content: losslessJson(JSON.stringify(one)) }));
      session.query(`insert into patient format JSONEachRow ${lines.join('\n')}`);
      const rows = Object.entries(VIEWS).flatMap(([name, { view: json, hand }]) => {
        const { view } = parseView(json);
        if (view === undefined) throw new TypeError('the view of this bench is wrong');
        const compiled = (generic: boolean) => compileView(view, { target: 'clickhouse', from: 'patient', generic });
        const { columns } = compiled(false);
        const ways: [string, string][] = [
          ['compiled, typed', compiled(false).sql],
          ['compiled, generic', compiled(true).sql],
          ['written by hand', hand],
        ];
        const measured = ways.map(([way, sql]) => {
          say(`${name}: ${way}`);
          const sums = columns.map((column) => `sum(cityHash64(${column.name}))`).join(', ');
          const question = `select count(), ${sums} from (${sql}) settings max_threads = 1, use_query_cache = 0`;
          return { way, ...cheapest(PATIENTS, () => session.query(question, 'CSV')) };
        });
        const answers = new Set(measured.map(({ answer }) => answer));
        if (answers.size !== 1) throw new TypeError(`${name}: the ways do not agree`);
        say(`${name}: @medplum/core`);
        const few = patients.slice(0, FEW);
        const peer = cheapest(FEW, () => String(evalSqlOnFhir(json as never, few as never).length));
        return [...measured, { way: '@medplum/core', ...peer }].map(({ way, rate }) => ({
          view: name,
          way,
          'patients / CPU s': Math.round(rate),
          'of by hand': Number((rate / (measured[2]?.rate ?? Number.NaN)).toPrecision(3)),
        }));
      });
      return {
        rows,
        notes: [
          `${PATIENTS} patients of some ${JSON.stringify(patients[1]).length} bytes from memory, ${FEW} for @medplum/core; one thread; CPU of the whole process, cheapest of 5 runs`,
          'the ways on ClickHouse answer with equal sums of hashes over every column; by hand: two JSONExtract with the types written out, ARRAY JOIN',
        ],
      };
    } finally {
      session.cleanup();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const VIEWS = {
  names: {
    view: {
      resource: 'Patient',
      select: [
        {
          column: [
            { name: 'id', path: 'id' },
            { name: 'gender', path: 'gender' },
          ],
        },
        {
          forEach: 'name',
          column: [
            { name: 'family', path: 'family' },
            { name: 'use', path: 'use' },
          ],
          select: [{ forEach: 'given', column: [{ name: 'given', path: '$this' }] }],
        },
      ],
    },
    hand: `select id, gender, name.family as family, name.use as use, given from (
      select JSONExtract(content, 'id', 'Nullable(String)') as id, JSONExtract(content, 'gender', 'Nullable(String)') as gender, arrayJoin(
        JSONExtract(content, 'name', 'Array(Tuple(family Nullable(String), use Nullable(String), given Array(Nullable(String))))')) as name
      from patient) array join name.given as given`,
  },
  contacts: {
    view: {
      resource: 'Patient',
      select: [
        { column: [{ name: 'id', path: 'id' }] },
        {
          forEach: 'contact',
          column: [{ name: 'family', path: 'name.family' }],
          select: [
            {
              forEach: 'telecom',
              column: [
                { name: 'system', path: 'system' },
                { name: 'value', path: 'value' },
              ],
            },
          ],
        },
      ],
    },
    hand: `select id, contact.name.family as family, telecom.system as system, telecom.value as value from (
      select JSONExtract(content, 'id', 'Nullable(String)') as id, arrayJoin(JSONExtract(content, 'contact',
        'Array(Tuple(name Tuple(family Nullable(String)), telecom Array(Tuple(system Nullable(String), value Nullable(String)))))')) as contact
      from patient) array join contact.telecom as telecom`,
  },
};

function patient(index: number): object {
  const repeat = (times: number, make: (at: number) => object): object[] =>
    Array.from({ length: times }, (_, at) => make(at));
  return {
    resourceType: 'Patient',
    id: `p${index}`,
    active: true,
    gender: index % 2 === 0 ? 'female' : 'male',
    birthDate: '1970-01-02',
    name: repeat(1 + (index % 2), (at) => ({
      use: at === 0 ? 'official' : 'old',
      family: `Family${index}-${at}`,
      given: [`Given${index}`, `Middle${at}`],
    })),
    contact: repeat(1 + (index % 2), (at) => ({
      name: { family: `Contact${index}-${at}` },
      telecom: [
        { system: 'phone', value: `+86 755 ${index}${at}` },
        { system: 'email', value: `c${index}@example.org` },
      ],
    })),
    address: [{ city: 'Shenzhen', postalCode: '518000' }],
  };
}

/** The best rate of five runs, in items per second of CPU, and the answer. */
function cheapest(items: number, ask: () => string): { rate: number; answer: string } {
  let rate = 0;
  let answer = '';
  for (let run = 0; run < 5; run++) {
    const before = cpuUsage();
    answer = ask();
    const { user, system } = cpuUsage(before);
    rate = Math.max(rate, items / ((user + system) / 1_000_000));
  }
  return { rate, answer };
}
