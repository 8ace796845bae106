import { evaluate } from 'feelin';
import type { AnswerValue, Clause, PolicyVersion } from '../../src/modules/cluster/model.ts';
import {
  matchAll,
  POLICIES,
  readyClauses,
  type StandingClause,
  type Subject,
  standingOf,
  VARIABLES,
  versionAt,
} from '../../src/modules/cluster/rules/policies/index.ts';
import type { Bench } from '../bench.ts';

const ENTERPRISES = 10_000;
const CLAUSES = 300;
/** The peer reads a condition anew for each enterprise: so many of them show its pace. */
const PEER_ENTERPRISES = 20;
const DAY = '2026-06-01';
const KNOWN = 0.6;

/** Eligibility and amounts of many enterprises against many clauses, beside feelin evaluating the same conditions one by one. */
export const bench: Bench = {
  name: 'policy',
  summary: `${ENTERPRISES} enterprises against ${CLAUSES} clauses`,
  async run(_, say) {
    const random = mulberry(7);
    const clauses = constructed();
    const subjects = Array.from({ length: ENTERPRISES }, (_, at) => made(at, random));
    say(`${clauses.length} clauses, ${subjects.length} enterprises`);
    const began = cpuMs();
    const found = matchAll(clauses, subjects);
    const ownMs = cpuMs() - began;

    const few = subjects.slice(0, PEER_ENTERPRISES);
    const from = cpuMs();
    let differ = 0;
    for (const { condition } of clauses)
      for (const { answers } of few) {
        const said = evaluate(condition!.text, inYuan(answers)).value;
        const verdict = condition!.test(answers);
        if (verdict !== 'unknown' && (verdict === 'yes') !== (said === true)) differ += 1;
      }
    const peerMs = cpuMs() - from;
    const pairs = clauses.length * subjects.length;
    const [own, peer] = [(ownMs * 1_000) / pairs, (peerMs * 1_000) / (clauses.length * few.length)];
    const rows = [
      { engine: 'banyan, with amounts', pairs, 'cpu seconds': round(ownMs / 1_000), 'us a pair': round(own), ratio: 1 },
      {
        engine: 'feelin, condition only',
        pairs: clauses.length * few.length,
        'cpu seconds': round(peerMs / 1_000),
        'us a pair': round(peer),
        ratio: round(peer / own),
      },
    ];
    const decided = Object.values(found.clauses).reduce((sum, { yes, no }) => sum + yes + no, 0);
    return {
      rows,
      notes: [
        `${round((100 * decided) / pairs)} % of the pairs are decided with ${KNOWN * 100} % of the answers known; decided pairs that feelin answers otherwise: ${differ}`,
        'clauses beyond the real ones repeat their conditions with another threshold and stand in this bench only',
      ],
    };
  },
};

/** The real clauses that have conditions, again and again with other numbers. */
function constructed(): StandingClause[] {
  const real = POLICIES.flatMap(({ id, versions }) => {
    const version = versionAt(versions, DAY);
    return version.clauses.filter(({ when }) => when !== undefined).map((clause) => ({ id, version, clause }));
  });
  return Array.from({ length: CLAUSES }, (_, at) => {
    const { id, version, clause } = real[at % real.length]!;
    const round = Math.floor(at / real.length);
    const other: Clause = {
      ...clause,
      id: `${clause.id}-${at}`,
      when: clause.when!.replace(/\d{4,}/g, (digits) => String(Number(digits) + 1_000 * round)),
    };
    const one: PolicyVersion = { ...version, clauses: [other] };
    const [ready] = readyClauses(id, one);
    return { ...ready!, standing: standingOf(version, DAY), caps: version.caps ?? [] };
  });
}

function made(at: number, random: () => number): Subject {
  const answers: Record<string, AnswerValue> = {};
  for (const { name, type, options = [] } of VARIABLES) {
    if (random() > KNOWN) continue;
    if (type === 'flag') answers[name] = random() < 0.4;
    else if (type === 'code') answers[name] = options[Math.floor(random() * options.length)]!.value;
    else answers[name] = Math.floor(10 ** (random() * (type === 'money' ? 11 : 4)));
  }
  return { id: `firm-${at}`, answers };
}

function inYuan(answers: Subject['answers']): Record<string, unknown> {
  return Object.fromEntries(
    VARIABLES.map(({ name, type }) => {
      const value = answers[name];
      return [name, value === undefined ? null : type === 'money' ? (value as number) / 100 : value];
    }),
  );
}

/** Mulberry32: the same enterprises in each run. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Of the processor: it says the same on a busy machine. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
