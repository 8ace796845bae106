import type { IntroductionState, WishKind, WishSide } from '../model.ts';
import { DAY_MS } from './days.ts';

/** How far an offer of one kind answers a need of another: house values. The same kind answers in full. */
const ANSWERS: Readonly<Partial<Record<WishKind, Partial<Record<WishKind, number>>>>> = {
  capacity: { 'instrument-time': 0.6, space: 0.4 },
  'instrument-time': { capacity: 0.6 },
  space: { capacity: 0.4 },
  technology: { talent: 0.4 },
  talent: { technology: 0.4 },
};

/** Two offers that make something together, as the fermentation capacity and the technology of the Moli Workshop did. */
const TOGETHER: readonly { one: WishKind; other: WishKind; fit: number }[] = [
  { one: 'capacity', other: 'technology', fit: 0.7 },
  { one: 'technology', other: 'distribution', fit: 0.5 },
];

interface Sided {
  side: WishSide;
  kind: WishKind;
}

/** Whether two wishes can meet by what they are: 0 is never. */
export function kindFit(one: Sided, other: Sided): number {
  if (one.side === 'need' && other.side === 'need') return 0;
  if (one.side === 'offer' && other.side === 'offer')
    return (
      TOGETHER.find(
        (pair) =>
          (pair.one === one.kind && pair.other === other.kind) || (pair.one === other.kind && pair.other === one.kind),
      )?.fit ?? 0
    );
  const [need, offer] = one.side === 'need' ? [one, other] : [other, one];
  return need.kind === offer.kind ? 1 : (ANSWERS[need.kind]?.[offer.kind] ?? 0);
}

/** Days until the next step is due in a state: house rules. */
export const INTRODUCTION_DAYS: Readonly<Partial<Record<IntroductionState, number>>> = {
  asked: 14,
  accepted: 30,
  met: 60,
};

export function introductionDue(state: IntroductionState, since: Date): Date | null {
  const days = INTRODUCTION_DAYS[state];
  return days === undefined ? null : new Date(since.getTime() + days * DAY_MS);
}

/** Who is at it: the side of an introduction, both, or who asked for it. */
export interface Standing {
  one: boolean;
  other: boolean;
  asker: boolean;
}

/** Where an actor may take an introduction. Only a side that has not said yes answers; only who asked withdraws; both tell how it went on. */
export function introductionSteps(
  { state, oneYes, otherYes }: { state: IntroductionState; oneYes: boolean; otherYes: boolean },
  { one, other, asker }: Standing,
): IntroductionState[] {
  const isParty = one || other;
  switch (state) {
    case 'asked': {
      const mayAnswer = (one && !oneYes) || (other && !otherYes);
      return [...(mayAnswer ? (['accepted', 'declined'] as const) : []), ...(asker ? (['withdrawn'] as const) : [])];
    }
    case 'accepted':
      return isParty ? ['met', 'ended'] : [];
    case 'met':
      return isParty ? ['agreed', 'ended'] : [];
    default:
      return [];
  }
}
