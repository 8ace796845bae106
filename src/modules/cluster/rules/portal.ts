import { ANSWER_DAYS, type RequestKind } from '../model.ts';
import { DAY_MS } from './days.ts';
import { quartersFrom } from './space.ts';

const HOUSE_DAYS = 7;
const QUARTERS_ASKED = 2;

/** Until when the side whose turn it is answers. */
export function answerDue(kind: RequestKind, side: 'tenant' | 'park', now: Date): Date {
  return new Date(now.getTime() + (side === 'park' ? ANSWER_DAYS[kind] : HOUSE_DAYS) * DAY_MS);
}

/** The quarters that have ended and are asked for, the last ones only. */
export function quartersAsked(today: string): string[] {
  return quartersFrom(today, -QUARTERS_ASKED);
}
