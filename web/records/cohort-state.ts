import { useReducer } from 'react';
import type {
  Cohort,
  Criterion,
  EventCriterion,
  GroupCriterion,
  PersonCriterion,
  SavedQuestion,
} from '../../src/modules/records/model.ts';

/** What is known of kept questions; what changes one forgets it all. */
export const QUESTIONS = ['questions'] as const;

/** Where a kept question is opened. */
export function questionAddress({ id, question }: SavedQuestion): string {
  return question.kind === 'page' ? question.address : `/records/cohorts?id=${encodeURIComponent(id)}`;
}

export const EMPTY: Cohort = { form: 1, include: [], exclude: [] };
const MOST_UNDO = 100;

export interface Edited {
  cohort: Cohort;
  canUndo: boolean;
  canRedo: boolean;
  change(cohort: Cohort): void;
  undo(): void;
  redo(): void;
}

interface History {
  past: readonly Cohort[];
  present: Cohort;
  future: readonly Cohort[];
}

type Move = { to: Cohort } | 'undo' | 'redo';

/** A cohort that is edited, with every step back and forth. */
export function useEdited(first: Cohort): Edited {
  const [{ past, present, future }, move] = useReducer(moved, { past: [], present: first, future: [] });
  return {
    cohort: present,
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    change: (cohort) => move({ to: cohort }),
    undo: () => move('undo'),
    redo: () => move('redo'),
  };
}

function moved(history: History, move: Move): History {
  const { past, present, future } = history;
  if (move === 'undo') {
    const before = past.at(-1);
    return before === undefined ? history : { past: past.slice(0, -1), present: before, future: [present, ...future] };
  }
  if (move === 'redo') {
    const [next, ...rest] = future;
    return next === undefined ? history : { past: [...past, present], present: next, future: rest };
  }
  return { past: [...past, present].slice(-MOST_UNDO), present: move.to, future: [] };
}

/** The cohort without criteria that ask nothing yet: they stand on the screen to be filled in. */
export function completed({ include, exclude }: Cohort): Cohort {
  return { form: 1, include: include.flatMap(asking), exclude: exclude.flatMap(asking) };
}

function asking(criterion: Criterion): Criterion[] {
  if (criterion.kind === 'person') return asksNothing(criterion) ? [] : [criterion];
  if (criterion.kind === 'event') return [criterion];
  const criteria = criterion.criteria.flatMap(asking);
  return criteria.length === 0 ? [] : [{ ...criterion, criteria }];
}

function asksNothing({ kind: _, ...parts }: PersonCriterion): boolean {
  return Object.keys(parts).length === 0;
}

/** The first of what can be added. */
export const NEW = {
  person: (): PersonCriterion => ({ kind: 'person' }),
  result: (): EventCriterion => ({ kind: 'event', event: { source: 'result' } }),
  event: (): EventCriterion => ({ kind: 'event', event: { source: 'condition' } }),
  group: (): GroupCriterion => ({ kind: 'group', match: 'any', criteria: [] }),
} as const;

/** Sets or, when undefined, takes away one part. */
export function withPart<T extends object, K extends keyof T>(whole: T, part: K, value: T[K] | undefined): T {
  const { [part]: _, ...rest } = whole;
  return (value === undefined ? rest : { ...rest, [part]: value }) as T;
}

const LONGEST_ADDRESS = 6_000;

/** As text for the address; empty when it is too long for one. */
export function toAddress(cohort: Cohort): string {
  if (cohort.include.length + cohort.exclude.length === 0) return '';
  const bytes = new TextEncoder().encode(JSON.stringify(cohort));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return text.length > LONGEST_ADDRESS ? '' : text;
}

/** What an address says, or undefined when it says no cohort; whether it is a sound one the server finds out. */
export function fromAddress(text: string): Cohort | undefined {
  if (text === '') return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
    const { form, include, exclude } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Cohort>;
    return form === 1 && Array.isArray(include) && Array.isArray(exclude) ? { form, include, exclude } : undefined;
  } catch {
    // An address that somebody cut off or wrote by hand: the page begins empty.
    return undefined;
  }
}

const HBA1C = { system: 'http://loinc.org', code: '4548-4', name: 'Haemoglobin A1c', nameZh: '糖化血红蛋白' };
/** Told in moles or in mass: a flag is of either. */
const CREATININE = ['14682-9', '2160-0'].map((code) => ({
  system: 'http://loinc.org',
  code,
  name: 'Creatinine',
  nameZh: '肌酐',
}));
const HAEMOGLOBIN = { system: 'http://loinc.org', code: '718-7', name: 'Haemoglobin', nameZh: '血红蛋白' };

/** Questions that show what can be asked; the names are in the catalogue. */
export const EXAMPLES: readonly { name: 'diabetes' | 'anaemia' | 'kidney'; cohort: Cohort }[] = [
  {
    // American Diabetes Association, Standards of Care 2025, section 2: HbA1c of 6.5 % and more, confirmed by a second test.
    name: 'diabetes',
    cohort: {
      form: 1,
      include: [
        { kind: 'person', age: { from: 18 } },
        {
          kind: 'event',
          event: { source: 'result', codes: [HBA1C], unit: '%', value: { least: 6.5 } },
          times: { atLeast: 2, apartDays: 90 },
        },
      ],
      exclude: [{ kind: 'person', deceased: true }],
    },
  },
  {
    name: 'anaemia',
    cohort: {
      form: 1,
      include: [
        { kind: 'person', sexes: ['female'], age: { from: 15, to: 49 } },
        {
          kind: 'event',
          event: { source: 'result', codes: [HAEMOGLOBIN], flag: 'below' },
          steps: [
            {
              event: { source: 'result', codes: [HAEMOGLOBIN], flag: 'within' },
              fromDays: 1,
              toDays: 180,
              absent: true,
            },
          ],
        },
      ],
      exclude: [],
    },
  },
  {
    name: 'kidney',
    cohort: {
      form: 1,
      include: [
        {
          kind: 'group',
          match: 'any',
          criteria: [
            {
              kind: 'event',
              event: { source: 'result', codes: [HBA1C], flag: 'above' },
              steps: [{ event: { source: 'result', codes: CREATININE, flag: 'above' }, fromDays: 0, toDays: 365 }],
            },
            {
              kind: 'event',
              event: { source: 'result', codes: CREATININE, flag: 'above' },
              times: { atLeast: 3, withinDays: 365 },
            },
          ],
        },
      ],
      exclude: [{ kind: 'person', age: { to: 17 } }],
    },
  },
];
