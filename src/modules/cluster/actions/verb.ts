import { readFile } from 'node:fs/promises';
import { stdin } from 'node:process';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Verb, VerbIo } from '#kernel/cli';
import { Problem } from '#kernel/problem';
import { readLei, readOrganizationCode, readUscc } from '#standards/identifiers';
import {
  type Flow,
  type IndexLevel,
  type MarketFlows,
  marketEquivalent,
  multiples,
  netPresentValue,
  ratesOfReturn,
} from '#standards/private-equity';
import { SearchIndex } from '#standards/text-search';
import thesaurus from '../../../../facts/cluster/thesaurus.json' with { type: 'json' };
import { documentOf, forecastOf, todayOf } from '../rules/index.ts';
import { compare } from '../rules/matching.ts';
import {
  assess,
  bestTotal,
  clausesAt,
  isAnswer,
  nextQuestions,
  POLICIES,
  readyClauses,
  VOCABULARY,
} from '../rules/policies/index.ts';
import { searchDesign } from '../rules/search.ts';

/** Every reckoning of the cluster that can be held against another program without a server. */
export const clusterVerb: Verb = {
  name: 'cluster',
  summary: "reckons with the industry map's own rules, without a server",
  usage: `cluster uscc|lei|organization-code [CODE ...]
cluster xirr|npv|pme|multiples|forecast|match|policies [--day DAY] < input.json
cluster search NAMES [QUESTION ...]

Codes and questions that are not said come from stdin, one a line. Each answer is one line of JSON.
  uscc, lei, organization-code   what is wrong with a code, and which character would be right
  xirr        [{"date", "amount"} ...]; every rate that fits, as a share a year
  npv         {"rate", "flows"}; on the day of the earliest flow, actual/365
  pme         {"flows": [{"date", "contributed", "distributed"} ...], "value", "date", "index": [{"date", "level"} ...]}
  multiples   {"paidIn", "distributed", "value", "committed"?}
  forecast    {"points": [{"year", "value"} ...], "year", "target"}
  match       [{"one", "other", "onePlace"?, "otherPlace"?, "oneUscc"?, "otherUscc"?} ...]; whether two names are one body
  policies    what the rules of facts/cluster/policies say to {"name of facts/cluster/vocabulary.json": answer ...}; money in fen;
              --day, today if not said
  search      NAMES is a file with a name a line; each question's hits are its line numbers with how they were found
Exit code 0: answered; 1: a code is not sound, or the input cannot be used and stderr says why; 2: mistyped.`,

  async run(args: readonly string[], io: VerbIo): Promise<number> {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { day: { type: 'string', default: todayOf(new Date()) } },
    });
    const [what = '', ...rest] = positionals;
    const reader = Object.hasOwn(CODES, what) ? CODES[what] : undefined;
    if (reader !== undefined) return readCodes(rest.length > 0 ? rest : await readLines(), reader, io);
    if (what === 'search' && rest[0] !== undefined) return search(rest[0], rest.slice(1), io);
    const method = Object.hasOwn(METHODS, what) ? METHODS[what] : undefined;
    if (method === undefined || rest.length > 0) {
      io.progress(`mistyped\n${clusterVerb.usage}`);
      return 2;
    }
    io.out(JSON.stringify(told(method, await readJson(), values.day)));
    return 0;
  },
};

const CODES: Readonly<Record<string, (text: string) => { faults: readonly unknown[] }>> = {
  uscc: readUscc,
  lei: readLei,
  'organization-code': readOrganizationCode,
};

function readCodes(
  codes: readonly string[],
  read: (text: string) => { faults: readonly unknown[] },
  io: VerbIo,
): number {
  const readings = codes.map((code) => ({ typed: code, ...read(code) }));
  for (const { typed, faults, ...rest } of readings)
    io.out(JSON.stringify({ typed, isSound: faults.length === 0, ...rest, faults }));
  return readings.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

type Given = Record<string, unknown>;

const METHODS: Readonly<Record<string, (given: unknown, day: string) => unknown>> = {
  xirr: (given) => ratesOfReturn(rows(given, { date: isText, amount: isNumber }) as unknown as Flow[]),
  npv: (given) => {
    const { rate, flows } = members(given, { rate: isNumber });
    return {
      npv: netPresentValue(rate as number, rows(flows, { date: isText, amount: isNumber }) as unknown as Flow[]),
    };
  },
  pme: (given) => {
    const { flows, index, ...end } = members(given, { value: isNumber, date: isText });
    const dated = rows(flows, { date: isText, contributed: isNumber, distributed: isNumber });
    const levels = rows(index, { date: isText, level: isNumber }) as unknown as IndexLevel[];
    return marketEquivalent({ ...end, flows: dated } as unknown as MarketFlows, levels);
  },
  multiples: (given) => {
    const { committed, ...rest } = members(given, { paidIn: isNumber, distributed: isNumber, value: isNumber });
    const more = committed === undefined ? {} : members({ committed }, { committed: isNumber });
    return multiples({ ...rest, ...more } as unknown as Parameters<typeof multiples>[0]);
  },
  forecast: (given) => {
    const { points, year, target } = members(given, { year: Number.isSafeInteger, target: isNumber });
    const read = rows(points, { year: Number.isSafeInteger, value: isNumber }) as { year: number; value: number }[];
    if (read.some((point, at) => at > 0 && point.year <= read[at - 1]!.year))
      throw new Problem('invalid', 'the points have a year each, ascending');
    return forecastOf(read, year as number, target as number);
  },
  match: (given) =>
    rows(given, { one: isText, other: isText }).map((pair) => compare(bodyOf(pair, 'one'), bodyOf(pair, 'other'))),
  policies,
};

function bodyOf(pair: Given, end: 'one' | 'other') {
  const [place, uscc] = [pair[`${end}Place`], pair[`${end}Uscc`]];
  return {
    names: [pair[end] as string],
    ...(isText(place) && { places: [place] }),
    ...(isText(uscc) && { uscc: readUscc(uscc).code }),
  };
}

function policies(given: unknown, day: string): unknown {
  const answers = members(given, {});
  for (const [name, value] of Object.entries(answers)) {
    const variable = VOCABULARY.get(name);
    if (variable === undefined) throw new Problem('invalid', 'the vocabulary has no such name', { name });
    if (!isAnswer(variable, value))
      throw new Problem('invalid', 'this is no answer to the question', { name, type: variable.type });
  }
  const known = answers as Parameters<typeof assess>[1];
  const clauses = clausesAt(POLICIES, day, readyClauses);
  const findings = clauses.map((clause) => assess(clause, known));
  return {
    day,
    findings,
    total: bestTotal(clauses, findings),
    questions: nextQuestions(clauses, known, VOCABULARY, 10),
  };
}

async function search(file: string, asked: readonly string[], io: VerbIo): Promise<number> {
  const names = linesOf(
    await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('not-found', 'there is no such file', { file }, { cause });
    }),
  );
  const index = new SearchIndex(searchDesign(thesaurus.groups));
  for (const [at, name] of names.entries())
    index.put(documentOf({ id: String(at + 1), kind: 'enterprise', name, nameZh: null, example: false }, []));
  for (const question of asked.length > 0 ? asked : await readLines()) {
    const { hits, matches } = index.search(question, { most: 30 });
    const found = hits.map(({ id, score, why }) => ({ line: Number(id), name: names[Number(id) - 1], score, why }));
    io.out(JSON.stringify({ question, matches, hits: found }));
  }
  return 0;
}

/** What the caller can mend, as a Problem. */
function told(method: (given: unknown, day: string) => unknown, given: unknown, day: string): unknown {
  try {
    return method(given, day);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new Problem('invalid', 'this cannot be reckoned', { because: cause.message }, { cause });
  }
}

type Check = (value: unknown) => boolean;

function rows(given: unknown, checks: Record<string, Check>): Given[] {
  if (!Array.isArray(given)) throw new Problem('invalid', 'a list is needed', { of: Object.keys(checks).join(', ') });
  return given.map((row) => members(row, checks));
}

function members(given: unknown, checks: Record<string, Check>): Given {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Problem('invalid', 'an object is needed', { with: Object.keys(checks).join(', ') });
  const found = given as Given;
  for (const [name, check] of Object.entries(checks))
    if (!check(found[name])) throw new Problem('invalid', 'this member is missing or of another type', { name });
  return found;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

async function readJson(): Promise<unknown> {
  try {
    return JSON.parse(await textOf(stdin));
  } catch (cause) {
    throw new Problem('invalid', 'the input is no JSON', { because: (cause as Error).message }, { cause });
  }
}

async function readLines(): Promise<string[]> {
  return linesOf(await textOf(stdin));
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
