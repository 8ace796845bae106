import { normal } from '#standards/statistics';
import type { Endpoint, StudyProtocol, StudyTable } from '../model.ts';
import { type Covariate, cellsOf, type Frame, frameOf, labelsOf, textOf } from './study-frame.ts';

/** What each step came to, by its key; a step that was refused has none. */
export type Outputs = ReadonlyMap<string, unknown>;

export interface StudyStep {
  key: string;
  method: string;
  /** Undefined where the step has nothing to go on, e.g. because the one it stands on was refused. */
  input(done: Outputs): unknown;
}

export const [CONTROL, TREATED] = ['control', 'treated'] as const;
const GROUPS = [CONTROL, TREATED];

/** Every computation of a study in its order, each by the name of its method with the very input that the command line takes. Pure: the same protocol and rows give the same steps. */
export function stepsOf(protocol: StudyProtocol, table: StudyTable): StudyStep[] {
  const frame = frameOf(protocol, table);
  return [
    ...adjustmentSteps(protocol, frame),
    ...protocol.endpoints.flatMap((endpoint) => endpointSteps(protocol, frame, endpoint)),
    ...dimensionSteps(protocol, frame),
    {
      key: 'multiplicity',
      method: 'multiplicity',
      input: (done) =>
        protocol.endpoints.length < 2 ? undefined : protocol.endpoints.map((each) => leadingP(each, done)),
    },
  ];
}

/** The p-value by which an endpoint is judged: of the adjusted analysis where there is one. */
function leadingP(endpoint: Endpoint, done: Outputs): number | null {
  const read = (key: string, find: (output: never) => unknown): number | null => {
    const output = done.get(`${endpoint.id}.${key}`);
    const found = output === undefined ? undefined : find(output as never);
    return typeof found === 'number' ? found : null;
  };
  switch (endpoint.kind) {
    case 'time':
      return (
        read('cox-weighted', ({ p }: { p: number }) => p) ??
        read('cox-adjusted', ({ p }: { p: number[] }) => p[0]) ??
        read('logrank', ({ p }: { p: number }) => p)
      );
    case 'responder':
      return (
        read('model', ({ p }: { p: number[] }) => p[1]) ??
        read('weighted', (output) => weightedP(output)) ??
        read('rates', ([one]: { fisherP: number }[]) => one?.fisherP)
      );
    case 'change':
      return read('weighted', (output) => weightedP(output)) ?? read('ancova', ({ p }: { p: number[] }) => p[1]);
    case 'repeated': {
      const last = 2 * endpoint.visits.length - 1;
      return read(
        'model',
        ({ p, pSatterthwaite }: { p: number[]; pSatterthwaite?: number[] }) => (pSatterthwaite ?? p)[last],
      );
    }
    case 'composite':
      return read('score', ({ p }: { p: number[] }) => p[1]);
    case 'hierarchy':
      return read('winratio', ({ p }: { p: number }) => p);
  }
}

/** Two-sided, of the weighted difference over its error. */
function weightedP(output: unknown): number | undefined {
  const [method] = Object.values((output as { methods: Record<string, { diff: number; se: number }> }).methods);
  return method === undefined ? undefined : 2 * normal.cdf(-Math.abs(method.diff / method.se));
}

function adjustmentSteps({ adjustment }: StudyProtocol, { treated, covariates }: Frame): StudyStep[] {
  if (covariates.length === 0) return [];
  const base = { trt: treated.map(Number), X: rowsOf(covariates), names: covariates.map(({ name }) => name) };
  const steps: StudyStep[] = [
    { key: 'weights', method: 'iptw', input: () => ({ ...base, methods: [adjustment.estimand] }) },
  ];
  if (adjustment.method === 'match')
    steps.push({
      key: 'match',
      method: 'match',
      input: () => ({ ...base, caliperSd: adjustment.caliper, order: 'largest', ratio: 1 }),
    });
  return steps;
}

/** The weight of each row of the frame, by the adjustment. */
export function weightsOf({ adjustment }: StudyProtocol, done: Outputs): number[] | undefined {
  if (adjustment.method === 'iptw') {
    const found = done.get('weights') as { methods: Record<string, { weights: number[] }> } | undefined;
    return found?.methods[adjustment.estimand]?.weights;
  }
  if (adjustment.method === 'match') return (done.get('match') as { weights: number[] } | undefined)?.weights;
  return undefined;
}

/** The frame's rows at these places. */
function part(frame: Frame, places: readonly number[]): Frame {
  return {
    ...frame,
    rows: places.map((at) => frame.rows[at]!),
    treated: places.map((at) => frame.treated[at]!),
    covariates: frame.covariates.map(({ name, values }) => ({ name, values: places.map((at) => values[at]!) })),
  };
}

function endpointSteps(protocol: StudyProtocol, frame: Frame, endpoint: Endpoint): StudyStep[] {
  const steps = {
    time: timeSteps,
    responder: responderSteps,
    change: changeSteps,
    repeated: repeatedSteps,
    composite: compositeSteps,
    hierarchy: hierarchySteps,
  }[endpoint.kind] as (protocol: StudyProtocol, frame: Frame, endpoint: Endpoint) => StudyStep[];
  return steps(protocol, frame, endpoint).map((step) => ({ ...step, key: `${endpoint.id}.${step.key}` }));
}

type Of<K extends Endpoint['kind']> = Extract<Endpoint, { kind: K }>;

/** Who has a time and an event that is known, with 1 for the events meant, 2 for competing ones. */
export function observedOf(
  { table, rows }: Frame,
  { time, event, events, competing = [] }: { time: string; event: string; events: string[]; competing?: string[] },
): { places: number[]; times: number[]; codes: number[] } {
  const [times, kinds] = [cellsOf(table, time), cellsOf(table, event)];
  const places = rows.flatMap((row, at) =>
    times[row] !== null && kinds[row] !== null && Number(times[row]) >= 0 ? [at] : [],
  );
  const known = places.map((at) => Number(times[rows[at]!]));
  const shortest = known.filter((value) => value > 0).reduce((one, other) => Math.min(one, other), Infinity);
  return {
    places,
    // What happens on the first day happens within it.
    times: known.map((value) => (value === 0 ? (Number.isFinite(shortest) ? shortest / 2 : 0.5) : value)),
    codes: places.map((at) => {
      const kind = textOf(kinds[rows[at]!]!)!;
      return events.includes(kind) ? 1 : competing.includes(kind) ? 2 : 0;
    }),
  };
}

/** Six or so round times up to the last. */
export function gridOf(times: readonly number[]): number[] {
  const last = times.reduce((one, other) => Math.max(one, other), 0);
  const rough = last / 6;
  const size = 10 ** Math.floor(Math.log10(rough));
  // Weeks where the times look like days.
  const steps = last > 60 ? [7, 14, 28, 30, 60, 90, 180, 365, 730] : [1, 2, 5, 10].map((each) => each * size);
  const step = steps.find((each) => each >= rough) ?? 10 ** Math.ceil(Math.log10(rough));
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, at) => at * step);
}

function timeSteps(protocol: StudyProtocol, frame: Frame, endpoint: Of<'time'>): StudyStep[] {
  const { places, times, codes } = observedOf(frame, endpoint);
  const { treated, covariates, rows, table } = part(frame, places);
  const status = codes.map((code) => Number(code === 1));
  const trt = treated.map(Number);
  const group = treated.map((flag) => (flag ? TREATED : CONTROL));
  const { level, adjustment } = protocol;
  const curve = { time: times, status, group, levels: GROUPS, confTypes: ['log-log'], confInt: level };
  const weights = (done: Outputs): number[] | undefined => {
    const all = weightsOf(protocol, done);
    return all && places.map((at) => all[at]!);
  };
  /** Those that weigh something. */
  const weighted = (done: Outputs, make: (kept: number[], own: number[]) => unknown): unknown => {
    const own = weights(done);
    if (own === undefined) return undefined;
    const kept = own.flatMap((weight, at) => (weight > 0 ? [at] : []));
    return make(kept, own);
  };
  const pick = <T>(values: readonly T[], kept: readonly number[]): T[] => kept.map((at) => values[at]!);
  const adjusted = adjustment.method === 'model' && covariates.length > 0;
  const isWeighted = (adjustment.method === 'iptw' || adjustment.method === 'match') && covariates.length > 0;
  const design = rowsOf([{ name: TREATED, values: trt }, ...covariates]);
  return [
    { key: 'km', method: 'km', input: () => ({ ...curve, at: gridOf(times) }) },
    { key: 'logrank', method: 'logrank', input: () => ({ time: times, status, group, levels: GROUPS, rho: 0 }) },
    {
      key: 'cox',
      method: 'cox',
      input: () => ({
        time: times,
        status,
        X: trt.map((flag) => [flag]),
        colnames: [TREATED],
        ties: 'efron',
        confInt: level,
      }),
    },
    ...(adjusted
      ? [
          {
            key: 'cox-adjusted',
            method: 'cox',
            input: () => ({
              time: times,
              status,
              X: design,
              colnames: [TREATED, ...covariates.map(({ name }) => name)],
              ties: 'efron',
              confInt: level,
            }),
          },
        ]
      : []),
    ...(isWeighted
      ? [
          {
            key: 'km-weighted',
            method: 'km',
            input: (done: Outputs) =>
              weighted(done, (kept, own) => ({
                ...curve,
                time: pick(times, kept),
                status: pick(status, kept),
                group: pick(group, kept),
                weights: pick(own, kept),
              })),
          },
          {
            key: 'cox-weighted',
            method: 'iptw-cox',
            input: (done: Outputs) =>
              weighted(done, (kept, own) => ({
                time: pick(times, kept),
                status: pick(status, kept),
                trt: pick(trt, kept),
                weights: pick(own, kept),
              })),
          },
        ]
      : []),
    {
      key: 'rmst',
      method: 'rmst',
      input: () => ({
        time: times,
        status,
        arm: trt,
        alpha: 1 - level,
        ...(endpoint.tau === undefined ? {} : { tau: endpoint.tau }),
        ...(adjusted ? { covariates: rowsOf(covariates) } : {}),
      }),
    },
    ...(endpoint.competing.length === 0
      ? []
      : [
          {
            key: 'cif',
            method: 'cif',
            input: () => ({ time: times, event: codes, group, levels: GROUPS, at: gridOf(times) }),
          },
          {
            key: 'finegray',
            method: 'finegray',
            input: () => ({
              time: times,
              event: codes,
              X: adjusted ? design : trt.map((flag) => [flag]),
              colnames: adjusted ? [TREATED, ...covariates.map(({ name }) => name)] : [TREATED],
              cause: 1,
            }),
          },
        ]),
    subgroupStep(protocol, { table, rows }, { trt, outcome: { kind: 'time', time: times, event: status } }),
  ];
}

function subgroupStep(
  { subgroups, level }: StudyProtocol,
  frame: Pick<Frame, 'table' | 'rows'>,
  { trt, outcome }: { trt: number[]; outcome: object },
): StudyStep {
  return {
    key: 'subgroups',
    method: 'subgroups',
    input: () =>
      subgroups.length === 0
        ? undefined
        : { trt, outcome, factors: subgroups.map((name) => ({ name, labels: labelsOf(frame, name) })), level },
  };
}

function responderSteps(protocol: StudyProtocol, frame: Frame, endpoint: Of<'responder'>): StudyStep[] {
  const cells = cellsOf(frame.table, endpoint.column);
  const all = frame.rows.map((row) => (cells[row] === null ? null : Number(textOf(cells[row]!) === endpoint.yes)));
  const places = all.flatMap((value, at) => (value === null ? [] : [at]));
  const own = part(frame, places);
  const { treated, covariates } = own;
  const y = places.map((at) => all[at]!);
  const trt = treated.map(Number);
  const count = (flag: boolean, value?: number): number =>
    y.filter((each, at) => treated[at] === flag && (value === undefined || each === value)).length;
  const counts = { x1: count(true, 1), n1: count(true), x0: count(false, 1), n0: count(false) };
  const { adjustment, level, missing, seed } = protocol;
  const { margin } = endpoint;
  return [
    { key: 'rates', method: 'rates-two-sample', input: () => [{ ...counts, confLevel: level }] },
    {
      key: 'responders',
      method: 'responders',
      input: () => ({ ...counts, level, ...(margin !== undefined && { margin }) }),
    },
    ...weightedStep(protocol, own, y),
    ...(adjustment.method === 'model' && covariates.length > 0
      ? [
          {
            key: 'model',
            method: 'glm',
            input: () => ({
              y,
              X: rowsOf([ones(trt), { name: TREATED, values: trt }, ...covariates]),
              colnames: ['(Intercept)', TREATED, ...covariates.map(({ name }) => name)],
              family: 'binomial',
            }),
          },
        ]
      : []),
    ...(missing === 'impute' && y.length < all.length
      ? [
          {
            key: 'imputed',
            method: 'missing-outcome',
            input: () => ({
              trt: frame.treated.map(Number),
              y: all,
              kind: 'yes-no',
              covariates: frame.covariates.map(({ values }) => values),
              seed,
              level,
            }),
          },
        ]
      : []),
    subgroupStep(protocol, own, { trt, outcome: { kind: 'yes-no', values: y, measure: 'odds-ratio' } }),
  ];
}

/** The difference of weighted means, with a model of the treatment on the endpoint's own rows. */
function weightedStep({ adjustment }: StudyProtocol, { treated, covariates }: Frame, y: number[]): StudyStep[] {
  if (adjustment.method !== 'iptw' || covariates.length === 0) return [];
  return [
    {
      key: 'weighted',
      method: 'iptw',
      input: () => ({
        trt: treated.map(Number),
        X: rowsOf(covariates),
        names: covariates.map(({ name }) => name),
        y,
        methods: [adjustment.estimand],
      }),
    },
  ];
}

function changeSteps(protocol: StudyProtocol, frame: Frame, endpoint: Of<'change'>): StudyStep[] {
  const [before, after] = [cellsOf(frame.table, endpoint.baseline), cellsOf(frame.table, endpoint.column)];
  const begun = frame.rows.flatMap((row, at) => (before[row] === null ? [] : [at]));
  const whole = part(frame, begun);
  const changes = whole.rows.map((row) => (after[row] === null ? null : Number(after[row]) - Number(before[row])));
  const places = changes.flatMap((value, at) => (value === null ? [] : [at]));
  const own = part(whole, places);
  const y = places.map((at) => changes[at]!);
  const baseline = own.rows.map((row) => Number(before[row]));
  const trt = own.treated.map(Number);
  const { adjustment, level, missing, seed } = protocol;
  const covariates =
    adjustment.method === 'model' ? own.covariates.filter(({ name }) => name !== endpoint.baseline) : [];
  return [
    {
      key: 'ancova',
      method: 'ancova',
      input: () => ({
        y,
        X: rowsOf([
          ones(trt),
          { name: TREATED, values: trt },
          { name: endpoint.baseline, values: baseline },
          ...covariates,
        ]),
        colnames: ['(Intercept)', TREATED, endpoint.baseline, ...covariates.map(({ name }) => name)],
        level,
      }),
    },
    ...weightedStep(protocol, own, y),
    ...(missing === 'impute' && y.length < changes.length
      ? [
          {
            key: 'imputed',
            method: 'missing-outcome',
            input: () => ({
              trt: whole.treated.map(Number),
              y: changes,
              kind: 'measured',
              covariates: [whole.rows.map((row) => Number(before[row]))],
              seed,
              level,
            }),
          },
        ]
      : []),
    subgroupStep(protocol, own, { trt, outcome: { kind: 'measured', values: y, covariates: [baseline] } }),
  ];
}

function repeatedSteps(_: StudyProtocol, frame: Frame, endpoint: Of<'repeated'>): StudyStep[] {
  const { table, rows, treated } = frame;
  const before = endpoint.baseline === undefined ? undefined : cellsOf(table, endpoint.baseline);
  const { visits, model } = endpoint;
  const long = rows.flatMap((row, at) =>
    visits.flatMap(({ column }, visit) => {
      const value = cellsOf(table, column)[row]!;
      if (value === null || before?.[row] === null) return [];
      return [{ id: at, visit, y: Number(value), base: Number(before?.[row] ?? 0), treated: Number(treated[at]) }];
    }),
  );
  // A mean for each visit and an effect at each visit, so that each coefficient is told as it is.
  const design = long.map(({ visit, base, treated: flag }) => [
    ...visits.map((_each, at) => Number(at === visit)),
    ...visits.map((_each, at) => (at === visit ? flag : 0)),
    ...(before === undefined ? [] : [base]),
  ]);
  const common = {
    y: long.map(({ y }) => y),
    X: design,
    colnames: [
      ...visits.map(({ at }) => `at ${at}`),
      ...visits.map(({ at }) => `treated at ${at}`),
      ...(endpoint.baseline === undefined ? [] : [`baseline ${endpoint.baseline}`]),
    ],
  };
  const id = long.map((each) => each.id);
  const input = {
    mmrm: { ...common, id, visit: long.map(({ visit }) => visits[visit]!.at) },
    gee: { ...common, id, family: 'gaussian', corstr: 'exchangeable' },
    lmm: { ...common, group: id, Z: '1', reml: true },
  }[model];
  return [{ key: 'model', method: model, input: () => input }];
}

function compositeSteps({ level }: StudyProtocol, frame: Frame, { id, parts }: Of<'composite'>): StudyStep[] {
  const columns = parts.map(({ column }) => cellsOf(frame.table, column));
  const places = frame.rows.flatMap((row, at) => (columns.every((cells) => cells[row] !== null) ? [at] : []));
  const { rows, treated } = part(frame, places);
  const trt = treated.map(Number);
  return [
    {
      key: 'composite',
      method: 'composite',
      input: () => ({
        X: rows.map((row) => columns.map((cells) => Number(cells[row]))),
        direction: parts.map(({ better }) => better),
        weights: parts.map(({ weight }) => weight),
        group: trt,
      }),
    },
    {
      key: 'score',
      method: 'ancova',
      input: (done) => {
        const scores = done.get(`${id}.composite`) as { weightedZ: number[] } | undefined;
        return (
          scores && { y: scores.weightedZ, X: trt.map((flag) => [1, flag]), colnames: ['(Intercept)', TREATED], level }
        );
      },
    },
  ];
}

function hierarchySteps({ level }: StudyProtocol, frame: Frame, { parts }: Of<'hierarchy'>): StudyStep[] {
  const seen = parts.map((each) => observedOf(frame, each));
  const known = seen.map((each) => new Set(each.places));
  const places = frame.rows.flatMap((_, at) => (known.every((each) => each.has(at)) ? [at] : []));
  const armOf = (flag: boolean): object => {
    const own = places.filter((at) => frame.treated[at] === flag);
    return Object.fromEntries(
      seen.flatMap((each, order) => {
        const place = new Map(each.places.map((at, index) => [at, index]));
        return [
          [`t${order + 1}`, own.map((at) => each.times[place.get(at)!]!)],
          [`e${order + 1}`, own.map((at) => Number(each.codes[place.get(at)!] === 1))],
        ];
      }),
    );
  };
  return [
    { key: 'winratio', method: 'winratio', input: () => ({ A: armOf(true), B: armOf(false), alpha: 1 - level }) },
  ];
}

function dimensionSteps({ dimensions, level }: StudyProtocol, { table, rows, treated }: Frame): StudyStep[] {
  if (dimensions.length === 0) return [];
  const valuesOf = (name: string) => rows.map((row) => cellsOf(table, name)[row]!);
  return [
    {
      key: 'dimensions',
      method: 'dimensions',
      input: () => ({
        trt: treated.map(Number),
        level,
        dimensions: dimensions.map(({ name, column, kind, yes, baseline, better, weight }) => {
          const before = baseline === undefined ? undefined : valuesOf(baseline);
          const values = valuesOf(column).map((cell, at) => {
            if (cell === null || before?.[at] === null) return null;
            return kind === 'yes-no' ? Number(textOf(cell) === yes) : Number(cell) - Number(before?.[at] ?? 0);
          });
          return { name, kind, values, better, weight };
        }),
      }),
    },
  ];
}

/** Columns as rows. */
function rowsOf(columns: readonly Covariate[]): number[][] {
  return (columns[0]?.values ?? []).map((_, at) => columns.map(({ values }) => values[at]!));
}

function ones(like: readonly number[]): Covariate {
  return { name: '(Intercept)', values: like.map(() => 1) };
}
