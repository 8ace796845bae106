import { Problem } from '#kernel/problem';
import type { AssessmentMethod } from '../model.ts';

export interface Judged {
  answers: Record<string, unknown>;
  result: string;
  score: number | null;
}

export function assess(method: AssessmentMethod, _answers: Readonly<Record<string, unknown>>): Judged {
  throw new Problem('not-implemented', 'this method is not there yet', { method });
}
