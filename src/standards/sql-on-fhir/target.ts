import type { Plan, Slot } from './plan.ts';

/** A database that statements are made for. */
export interface Target {
  statement(
    plan: Plan,
    options: { from: string; content: string; carry: readonly string[]; rowNumber?: string },
  ): string;
  sqlType(slot: Slot): string;
}
