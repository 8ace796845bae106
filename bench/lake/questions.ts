import { HBA1C } from './results.ts';

/** One question as each engine is best asked it. Its answer is one row of numbers: of a long answer its length and sums. */
export interface Question {
  name: string;
  asks: string;
  clickhouse: string;
  duckdb: string;
  /** The question whose exact answer this one approximates: how far each engine is off is told. */
  approximates?: string;
  /** How far exact answers may be apart, relative: sums are made in another order. */
  within?: number;
}

/** Where ClickHouse's copies are read. */
export interface Tables {
  byTest: string;
  /** The one by test where there is no other: then nobody's history is asked for. */
  byPatient: string;
  /** Of the patient whose history is asked for. */
  patient: string;
}

/** What is exact differs only by the order in which floating-point numbers are added. */
const EXACT = 1e-9;
const LENGTH_AND_SUMS = 'select count(*), sum(n), sum(n * n) from';
const GROUP_SIZES = 'select count(*), sum(n), sum(n * n), sum(case when n < 5 then 1 else 0 end) from';
const THREE_YEARS = "time >= '2023-01-01' and time < '2026-01-01'";
const ONE_YEAR = "time >= '2024-01-01' and time < '2025-01-01'";

export function questions({ byTest, byPatient, patient }: Tables): Question[] {
  const all: Question[] = [
    {
      name: 'q1',
      asks: 'results by test',
      clickhouse: `${LENGTH_AND_SUMS} (select code, count() as n from ${byTest} group by code)`,
      duckdb: `${LENGTH_AND_SUMS} (select code, count(*) as n from by_test group by code)`,
      within: EXACT,
    },
    {
      name: 'q2',
      asks: 'surveillance matrix: results by week, district and test of three years',
      clickhouse: `${wordsOf(`${byTest} where ${THREE_YEARS}`, 'district', 'code')} ${LENGTH_AND_SUMS} (
        select toUInt64(toMonday(time)) * 4294967296 + ${numberOf('district')} * 65536 + ${numberOf('code')} as cell, count() as n
        from ${byTest} where ${THREE_YEARS} group by cell)`,
      duckdb: `${LENGTH_AND_SUMS} (
        select date_trunc('week', time) as week, district, code, count(*) as n from by_test where ${THREE_YEARS} group by all)`,
      within: EXACT,
    },
    percentiles('q3', 'approximate', 'quantiles', 'approx_quantile', { approximates: 'q3x' }),
    percentiles('q3x', 'exact', 'quantilesExactInclusive', 'quantile_cont', { within: EXACT }),
    {
      name: 'q4',
      asks: "one patient's history, newest first",
      clickhouse: `select count(), sum(value), sum(length(id)) from (
        select id, code, time, value, unit, flag from ${byPatient} where patient = '${patient}' order by time desc)`,
      duckdb: `select count(*), sum(value), sum(length(id)) from (
        select id, code, time, value, unit, flag from by_patient where patient = '${patient}' order by time desc)`,
      within: EXACT,
    },
    {
      name: 'q5',
      asks: 'patients with HbA1c of 6.5 or more twice, 90 days apart',
      clickhouse: `select count() from (
        select _patient from ${byTest} where code = '${HBA1C}' and value >= 6.5
        group by _patient having max(time) - min(time) >= 90 * 86400)`,
      duckdb: `select count(*) from (
        select _patient from by_test where code = '${HBA1C}' and value >= 6.5
        group by _patient having max(time) - min(time) >= interval 90 day)`,
      within: EXACT,
    },
    {
      name: 'q6',
      asks: 'distinct patients, exact',
      clickhouse: `select uniqExact(_patient) from ${byPatient}`,
      duckdb: 'select count(distinct _patient) from by_patient',
      within: EXACT,
    },
    {
      name: 'q6a',
      asks: 'distinct patients, approximate',
      clickhouse: `select uniq(_patient) from ${byPatient}`,
      duckdb: 'select approx_count_distinct(_patient) from by_patient',
      approximates: 'q6',
    },
    {
      name: 'q7',
      asks: 'the twenty organisations with most results',
      clickhouse: `select sum(n) from (select organization, count() as n from ${byTest} group by organization order by n desc limit 20)`,
      duckdb:
        'select sum(n) from (select organization, count(*) as n from by_test group by organization order by n desc limit 20)',
      within: EXACT,
    },
    {
      name: 'q8',
      asks: 'results in each group of sex, birth year, district, organisation and year',
      clickhouse: `${GROUP_SIZES} (
        select ${hashed('toYear(time)')} as quasi, count() as n from ${byTest} group by quasi)`,
      duckdb: `${GROUP_SIZES} (
        select sex, year(birth_date), district, organization, year(time), count(*) as n from by_test group by all)`,
      within: EXACT,
    },
    {
      name: 'q8p',
      asks: 'patients in each of these groups of one year',
      clickhouse: `${GROUP_SIZES} (
        select ${hashed('0')} as quasi, uniqExact(_patient) as n from ${byPatient} where ${ONE_YEAR} group by quasi)`,
      duckdb: `${GROUP_SIZES} (
        select sex, year(birth_date), district, organization, count(distinct _patient) as n
        from by_patient where ${ONE_YEAR} group by all)`,
      within: EXACT,
    },
  ];
  return all.filter(({ name }) => name !== 'q4' || byTest !== byPatient);

  function percentiles(
    name: string,
    how: string,
    clickhouse: string,
    duckdb: string,
    judged: Pick<Question, 'within' | 'approximates'>,
  ): Question {
    return {
      name,
      asks: `percentiles 2.5 and 97.5 by test, sex and age, ${how}`,
      clickhouse: `${wordsOf(byTest, 'code')} select count(), sum(q[1]), sum(q[2]) from (
        select ${numberOf('code')} * 1024 + ifNull(sex = 'male', 2) * 256 + ifNull(intDiv(toYear(time) - toYear(birth_date), 10), 255) as grouped, ${clickhouse}(0.025, 0.975)(value) as q
        from ${byTest} group by grouped)`,
      duckdb: `select count(*), sum(q[1]), sum(q[2]) from (
        select code, sex, (year(time) - year(birth_date)) // 10 as age, ${duckdb}(value, [0.025, 0.975]) as q
        from by_test group by all)`,
      ...judged,
    };
  }
}

/**
 * ClickHouse groups by several columns of text through a serialised key, by numbers two to four times as fast. So a column of few words
 * is grouped by the numbers of its words: looked up once for each block's dictionary, not for each row. The list of words, which also names
 * the groups afterwards, comes by GROUP BY: DISTINCT, which takes each row's text, is ten times as dear.
 */
function wordsOf(rows: string, ...columns: string[]): string {
  const lists = columns.map(
    (column) =>
      `(select groupArray(assumeNotNull(word)) from (select ${column} as word from ${rows} group by word)) as ${column}_words`,
  );
  return `with ${lists.join(', ')}`;
}

/** 0 where there is no word. */
function numberOf(column: string): string {
  const numbers = `range(1, toUInt16(length(${column}_words) + 1))`;
  return `cast(ifNull(transform(${column}, ${column}_words, ${numbers}, 0), 0), 'UInt16')`;
}

/**
 * Five values in one number, where a group's size is asked for and not its name. A hash of a word is worked out once for each block's dictionary. Among ten
 * million groups two are taken for one with a probability of 3 in a million.
 */
function hashed(year: string): string {
  const numbers = `intHash64(ifNull(sex = 'male', 2) + ifNull(toYear(birth_date), 0) * 4 + ${year} * 65536)`;
  return `bitXor(bitXor(cityHash64(district, 'd'), cityHash64(organization, 'o')), ${numbers})`;
}
