import type { Agreement } from '../model.ts';

const DAY_MS = 86_400_000;

/**
 * When an agreement's permission to use ends by itself, for clocks and pages; whether a use is permitted is decided by the
 * whole policy, use by use. Undefined: never.
 */
export function agreementEnd({ policy, madeAt }: Pick<Agreement, 'policy' | 'madeAt'>): Date | null {
  const made = new Date(madeAt).getTime();
  const ends = listOf(policy['permission'])
    .flatMap((rule) => listOf(rule['constraint']))
    .flatMap(({ leftOperand, operator, rightOperand }) => {
      if (operator !== 'lteq' && operator !== 'lt') return [];
      const text = textOf(rightOperand);
      if (leftOperand === 'dateTime') return [Date.parse(text)];
      const days = /^P(\d+)D$/.exec(text)?.[1];
      return leftOperand === 'elapsedTime' && days !== undefined ? [made + Number(days) * DAY_MS] : [];
    })
    .filter(Number.isFinite);
  return ends.length === 0 ? null : new Date(Math.min(...ends));
}

/** The first purpose that an agreement names, as a code of ours; `any` where it names none. */
export function purposeOf({ policy }: Pick<Agreement, 'policy'>): string {
  const named = listOf(policy['permission'])
    .flatMap((rule) => listOf(rule['constraint']))
    .filter(({ leftOperand }) => leftOperand === 'purpose')
    .flatMap(({ rightOperand }) => [rightOperand].flat());
  return named.length === 0 ? 'any' : iriOf(named[0]).replace(/^.*[#/]/, '');
}

function iriOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? String((value as Record<string, unknown>)['@id'])
    : String(value);
}

function listOf(value: unknown): Record<string, unknown>[] {
  return [value].flat().filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null);
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? String((value as Record<string, unknown>)['@value'])
    : String(value);
}
