import { performance } from 'node:perf_hooks';
import { type SearchDocument, SearchIndex } from '#standards/text-search';
import thesaurus from '../../facts/cluster/thesaurus.json' with { type: 'json' };
import { searchDesign } from '../../src/modules/cluster/rules/search.ts';
import { type Bench, optionOf } from '../bench.ts';
import { makeFirms, makeQuestions } from './firms.ts';
import { timePostgres } from './search-postgres.ts';

const LIMIT_MS = 50;
const QUESTIONS = 1_000;

/** A million enterprises searched as one types, beside PostgreSQL's trigrams over the same names. */
export const bench: Bench = {
  name: 'search',
  summary: 'search over enterprises',
  options: '[--things 1000000] [--no-peer]',
  async run(args, say) {
    const things = Number(optionOf(args, '--things') ?? 1_000_000);
    const firms = makeFirms(things);
    const questions = makeQuestions(firms, QUESTIONS);
    globalThis.gc?.();
    const before = process.memoryUsage();
    const start = performance.now();
    const index = new SearchIndex(searchDesign(thesaurus.groups));
    for (const [at, firm] of firms.entries()) {
      index.put(documentOf(firm, at));
      if (at % 250_000 === 249_999) say(`${at + 1} put`);
    }
    index.seal();
    const buildS = (performance.now() - start) / 1_000;
    globalThis.gc?.();
    const after = process.memoryUsage();
    const memoryMb = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 2 ** 20;

    const ask = (text: string) => index.search(text, { most: 20 }).hits.length;
    for (const { text } of questions.slice(0, 50)) ask(text);
    const times = questions.map(({ kind, text }) => ({ kind, text, ...timed(() => ask(text)) }));
    const putStart = performance.now();
    for (const [at, firm] of firms.slice(0, 1_000).entries()) index.put(documentOf(firm, at));
    const putMs = (performance.now() - putStart) / 1_000;
    const snapshotStart = performance.now();
    const bytes = index.snapshot();
    const snapshotS = (performance.now() - snapshotStart) / 1_000;

    const peer = args.includes('--no-peer') ? undefined : await timePostgres(firms, questions.slice(0, 45));
    const kinds = [...new Set(times.map(({ kind }) => kind)), 'all'];
    const worst = times.reduce((one, other) => (other.cpuMs > one.cpuMs ? other : one));
    return {
      rows: kinds.map((kind) => {
        const asked = times.filter((each) => kind === 'all' || each.kind === kind);
        const [own, cpu] = [asked.map(({ ms }) => ms), asked.map(({ cpuMs }) => cpuMs)];
        const others = peer?.times.filter((each) => kind === 'all' || each.kind === kind).map(({ ms }) => ms) ?? [];
        return {
          questions: `${kind} (${own.length})`,
          'p50 ms': show(quantile(own, 0.5)),
          'p99 ms': show(quantile(own, 0.99)),
          'processor p99 ms': show(quantile(cpu, 0.99)),
          'limit p99 ms': LIMIT_MS,
          'PostgreSQL p50 ms': others.length === 0 ? '' : show(quantile(others, 0.5)),
          'PostgreSQL p99 ms': others.length === 0 ? '' : show(quantile(others, 0.99)),
        };
      }),
      notes: [
        `${index.size} enterprises with made-up names of realistic shape; built in ${show(buildS)} s, ${Math.round(memoryMb)} MB held; a change ${show(putMs)} ms; a snapshot of ${Math.round(bytes.length / 2 ** 20)} MB in ${show(snapshotS)} s`,
        `slowest: ${worst.text} (${worst.kind}), ${show(worst.cpuMs)} ms of the processor`,
        ...(peer === undefined ? [] : [peer.note]),
      ],
    };
  },
};

function documentOf({ name, nameEn, sector, city }: ReturnType<typeof makeFirms>[number], at: number): SearchDocument {
  return {
    id: `f${at}`,
    texts: { names: [name, nameEn], about: [sector], rest: [city] },
    facets: { kind: 'enterprise', place: city, example: 'false' },
  };
}

/** By the clock, and of the thread's processor: on a busy machine the latter says more. */
function timed(act: () => unknown): { ms: number; cpuMs: number } {
  const cpu = process.threadCpuUsage();
  const start = performance.now();
  act();
  const ms = performance.now() - start;
  const { user, system } = process.threadCpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1_000 };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function show(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
