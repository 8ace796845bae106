import { type Assessment, type CaseReport, type Drug, type DrugReaction, isMissing, type Text } from './model.ts';
import { STANDS } from './visit.ts';
import type { WireAssessment, WireCode, WireDrug, WireInterval, WireReport } from './wire.ts';

/** What a reference is wrong about: it names no drug of the report, or two things bear one id. */
export interface Stray {
  code: 'stray' | 'same-id';
  element: string;
  id: string;
}

/**
 * Gathers what the XML scatters: a drug's role, and all that is said of a drug and a reaction together (G.k.9.i).
 *
 * Things are bound by ids. One that has none, or that of another before it, gets one of its own (`drug-2`), so that what names the id
 * is bound to the first.
 */
export function gather(wire: WireReport): { report: CaseReport; strays: Stray[] } {
  const { roles = [], assessments = [], drugs: read = [], ...rest } = wire;
  const strays: Stray[] = [];
  const wireDrugs = withIds(read, 'drug', 'G.k', strays);
  const reactions = withIds(wire.reactions ?? [], 'reaction', 'E.i', strays);
  const order = new Map(reactions.map(({ id }, index) => [id, index]));
  const drugs = wireDrugs.map((drug): Drug => {
    const role = roles.find(({ drugId }) => drugId === drug.id)?.role;
    const own = assessments.filter(({ drugId }) => drugId === drug.id);
    const matrix = matrixOf(drug, own, order);
    const { sinceStart, sinceLastDose, recurrences, unexpected, dechallenges, ...plain } = drug;
    return { ...plain, ...(role === undefined ? {} : { role }), ...(matrix.length === 0 ? {} : { matrix }) };
  });
  const ids = new Set(wireDrugs.map(({ id }) => id));
  for (const [list, element] of [
    [roles, 'G.k.1'],
    [assessments, 'G.k.9.i.2.r.3'],
  ] as const) {
    for (const { drugId = '' } of list) if (!ids.has(drugId)) strays.push({ code: 'stray', element, id: drugId });
  }
  const {
    message = {},
    identification = {},
    reporters = [],
    sender = {},
    patient = {},
    narrative = {},
  } = rest as Partial<CaseReport>;
  const { processing, ...envelope } = message;
  const report = {
    ...rest,
    message: processing === undefined || processing === 'P' ? envelope : message,
    identification,
    reporters,
    sender,
    patient,
    reactions,
    drugs,
    narrative,
  };
  return { report, strays };
}

function withIds<T extends { id: string }>(items: T[], word: string, element: string, strays: Stray[]): T[] {
  const seen = new Set<string | undefined>([undefined]);
  return items.map((item, index) => {
    const isNew = !seen.has(item.id);
    if (isNew) seen.add(item.id);
    else if (item.id !== undefined) strays.push({ code: 'same-id', element, id: item.id });
    return isNew ? item : { ...item, id: `${word}-${index + 1}` };
  });
}

function matrixOf(drug: WireDrug, assessments: WireAssessment[], order: Map<string, number>): DrugReaction[] {
  const entries = new Map<string | undefined, DrugReaction>();
  const entry = (reactionId: string | undefined): DrugReaction => {
    const there = entries.get(reactionId) ?? (reactionId === undefined ? {} : { reactionId });
    entries.set(reactionId, there);
    return there;
  };
  for (const { reactionId, interval } of drug.sinceStart ?? []) if (interval) entry(reactionId).sinceStart ??= interval;
  for (const { reactionId, interval } of drug.sinceLastDose ?? [])
    if (interval) entry(reactionId).sinceLastDose ??= interval;
  for (const { reactionId, code } of drug.recurrences ?? [])
    if (code !== undefined) entry(reactionId).recurrence ??= code;
  for (const [key, list] of [
    ['unexpected', drug.unexpected],
    ['dechallenge', drug.dechallenges],
  ] as const) {
    for (const { reactionId, code } of list ?? []) {
      if (code === undefined) continue;
      const found = entry(reactionId);
      found.china = { [key]: code, ...found.china };
    }
  }
  for (const { drugId: _, reactionId, ...said } of assessments) {
    const found = entry(reactionId);
    found.assessments = [...(found.assessments ?? []), said];
  }
  const rank = ({ reactionId }: DrugReaction): number =>
    reactionId === undefined ? Number.MAX_SAFE_INTEGER : (order.get(reactionId) ?? order.size);
  return [...entries.values()].sort((a, b) => rank(a) - rank(b));
}

/** Where in a report a value stands that was visited in its scattered form. */
export function pathInReport(path: string): string {
  return path
    .replace(/\.(sinceStart|sinceLastDose)\.interval\./, '.$1.')
    .replace(/\.(recurrence|china\.unexpected|china\.dechallenge)\.code$/, '.$1');
}

/** The inverse of `gather`: every piece where the XML has it, and knowing where it stands in the report. */
export function scatter(report: CaseReport): WireReport {
  const roles: NonNullable<WireReport['roles']> = [];
  const assessments: WireAssessment[] = [];
  const drugs = report.drugs.map((drug, k): WireDrug => {
    const { role, matrix = [], ...plain } = drug;
    const path = `drugs.${k}`;
    roles.push(standing({ drugId: drug.id, ...(role === undefined ? {} : { role }) }, path, [k + 1]));
    matrix.forEach((entry, i) => {
      entry.assessments?.forEach((assessment: Assessment, r) => {
        const reaction = entry.reactionId === undefined ? {} : { reactionId: entry.reactionId };
        const there = `${path}.matrix.${i}.assessments.${r}`;
        assessments.push(standing({ drugId: drug.id, ...reaction, ...assessment }, there, [k + 1, i + 1, r + 1]));
      });
    });
    return { ...plain, ...relations(matrix, path, k) };
  });
  const { processing = 'P', ...envelope } = report.message;
  return {
    ...report,
    message: { ...envelope, processing },
    drugs,
    roles: roles.filter(({ role }) => said(role)),
    assessments,
  };
}

function relations(matrix: DrugReaction[], path: string, k: number): Partial<WireDrug> {
  const list = <T extends WireInterval | WireCode>(
    key: string,
    of: (entry: DrugReaction) => Omit<T, 'reactionId'> | undefined,
  ): T[] =>
    matrix.flatMap((entry, i) => {
      const item = of(entry);
      if (item === undefined) return [];
      const reaction = entry.reactionId === undefined ? {} : { reactionId: entry.reactionId };
      return [standing({ ...reaction, ...item } as T, `${path}.matrix.${i}${key}`, [k + 1, i + 1])];
    });
  const code = (value: Text | undefined): { code: Text } | undefined => (said(value) ? { code: value } : undefined);
  const found = {
    sinceStart: list<WireInterval>('.sinceStart', ({ sinceStart }) => sinceStart && { interval: sinceStart }),
    sinceLastDose: list<WireInterval>(
      '.sinceLastDose',
      ({ sinceLastDose }) => sinceLastDose && { interval: sinceLastDose },
    ),
    recurrences: list<WireCode>('.recurrence', ({ recurrence }) => code(recurrence)),
    unexpected: list<WireCode>('.china.unexpected', ({ china }) => code(china?.unexpected)),
    dechallenges: list<WireCode>('.china.dechallenge', ({ china }) => code(china?.dechallenge)),
  };
  return Object.fromEntries(Object.entries(found).filter(([, items]) => items.length > 0));
}

const said = (value: Text | undefined): value is Text => value !== undefined && (isMissing(value) || value !== '');

function standing<T extends object>(item: T, path: string, at: number[]): T {
  return Object.assign(item, { [STANDS]: { path, at } });
}
