import { readFile } from 'node:fs/promises';
import { cpuUsage } from 'node:process';
import { evaluate as feelin } from 'feelin';
import { compileModels, readModel } from '../../src/standards/dmn/index.ts';
import { compileExpression, type FeelDateTime, fromHost, parseDateTime } from '../../src/standards/feel/index.ts';
import type { Bench } from '../bench.ts';

const MODEL = new URL('../../facts/cluster/decisions/trial-subsidy.dmn', import.meta.url);
const NOW = parseDateTime('2026-07-01T12:00:00Z') as FeelDateTime;
const RULES = 1_000;
const SECONDS = 1;

/** Expressions as policies have them, with the values they speak of. */
const EXPRESSIONS: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['condition', 'employees >= 50 and employees < 250 and place = "Nansha"', { employees: 80, place: 'Nansha' }],
  ['share with a ceiling', 'min(cost * 0.3, 3000000)', { cost: 5_000_000.1 }],
  ['filter and sum', 'sum(projects[phase = "III"].cost)', { projects: projects(20) }],
  ['text', 'upper case(substring(name, 1, 3)) + "-" + string(year)', { name: 'banyan', year: 2026 }],
];

function projects(count: number) {
  return Array.from({ length: count }, (_, at) => ({ phase: at % 2 === 0 ? 'III' : 'II', cost: at * 1000 }));
}

/** Expressions beside feelin, which reads them anew each time; a model and a long table as they are evaluated again and again. */
export const bench: Bench = {
  name: 'dmn',
  summary: 'FEEL expressions, a decision model, a table of 1,000 rules',
  async run() {
    const rows = EXPRESSIONS.map(([what, text, values]) => {
      const names = Object.keys(values);
      const given = Object.values(values).map((value) => fromHost(value));
      const compiled = compileExpression(text, { names });
      const act = () => ({ now: NOW, fuel: 1_000_000, depth: 0, notes: [] });
      const own = perSecond(() => compiled.run(given, act()));
      const anew = perSecond(() => compileExpression(text, { names }).run(given, act()));
      const peer = perSecond(() => feelin(text, values));
      return line(what, own, { 'read anew/s': round(anew), 'feelin/s': round(peer), ratio: round(anew / peer) });
    });
    const model = compileModels([readModel(await readFile(MODEL, 'utf8'))]);
    const inputs = {
      enterprise: { 'registered here': true, founded: '2019-05-04', employees: 80 },
      phase: 'II',
      'trial cost': 5_000_000.1,
      'local hospital': true,
    };
    rows.push(
      line(
        'model of 5 decisions',
        perSecond(() => model.evaluate({ inputs, now: NOW })),
      ),
    );
    const table = compileModels([readModel(longTable())]);
    let at = 0;
    rows.push(
      line(
        `table of ${RULES} rules`,
        perSecond(() => table.evaluate({ inputs: { n: (at++ * 37) % RULES }, now: NOW })),
      ),
    );
    return {
      rows,
      notes: [
        'Per second of processor time; ratio: reading and evaluating anew, as feelin does at each call, by feelin. feelin reckons in binary floating point, we in 34 decimal digits.',
      ],
    };
  },
};

function line(what: string, own: number, peer: Record<string, number> = {}): Record<string, string | number> {
  return { what, 'evaluations/s': round(own), 'read anew/s': '', 'feelin/s': '', ratio: '', ...peer };
}

/** Of the processor's time: on a busy machine the clock's says little. */
function perSecond(act: () => unknown): number {
  for (let warm = 0; warm < 200; warm += 1) act();
  const begun = cpuUsage();
  let count = 0;
  let spent = 0;
  while (spent < SECONDS) {
    for (let step = 0; step < 50; step += 1) act();
    count += 50;
    const { user, system } = cpuUsage(begun);
    spent = (user + system) / 1e6;
  }
  return count / spent;
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
}

function longTable(): string {
  const rules = Array.from(
    { length: RULES },
    (_, at) =>
      `<rule><inputEntry><text>[${at}..${at + 1})</text></inputEntry><outputEntry><text>${at * 2}</text></outputEntry></rule>`,
  );
  return `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="t" namespace="t">
    <inputData id="n" name="n"/><decision id="d" name="d"><informationRequirement><requiredInput href="#n"/></informationRequirement>
    <decisionTable><input><inputExpression><text>n</text></inputExpression></input><output/>${rules.join('')}</decisionTable></decision></definitions>`;
}
