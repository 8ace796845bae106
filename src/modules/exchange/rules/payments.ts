import type { SandboxOutcome } from '../model.ts';

const SOON_MS = 1_000;
const LATE_MS = 60_000;

/** What the sandbox's provider will tell of a payment, and when: at once, late, twice, or that it failed. */
export function noticesOf(
  payment: string,
  outcome: SandboxOutcome,
  now: Date,
): { id: string; payment: string; outcome: 'succeeded' | 'failed'; copy: number; dueAt: Date }[] {
  const notice = {
    id: `sandbox-${payment}`,
    payment,
    outcome: outcome === 'fails' ? ('failed' as const) : ('succeeded' as const),
  };
  const at = (ms: number, copy: number) => ({ ...notice, copy, dueAt: new Date(now.getTime() + ms) });
  if (outcome === 'late') return [at(LATE_MS, 1)];
  return outcome === 'twice' ? [at(SOON_MS, 1), at(2 * SOON_MS, 2)] : [at(SOON_MS, 1)];
}
