import { parentPort, workerData } from 'node:worker_threads';
import type { Clause, Policy, PolicyVersion } from '../../model.ts';
import {
  assess,
  bestTotal,
  clausesAt,
  inForce,
  matchAll,
  readyClause,
  readyClauses,
  type Subject,
  simulate,
  VOCABULARY,
} from '../../rules/policies/index.ts';

export interface MatchTask {
  kind: 'match';
  day: string;
  policies: readonly Policy[];
  subjects: readonly Subject[];
  /** For whom somebody speaks, and is told. */
  spoken: readonly Subject[];
}
export interface SimulateTask {
  kind: 'simulate';
  policy: string;
  version: PolicyVersion;
  draft: Clause;
  subjects: readonly Subject[];
}

function work(task: MatchTask | SimulateTask): unknown {
  if (task.kind === 'match') {
    const clauses = clausesAt(task.policies, task.day, readyClauses);
    const totals = task.spoken.map(({ id, answers }) => {
      const findings = clauses.map((clause) => assess(clause, answers));
      const { certain, possible } = bestTotal(clauses, findings);
      return { enterprise: id, certain, possible };
    });
    const { rows } = matchAll(clauses, task.spoken, task.spoken.length);
    return { ...matchAll(clauses, task.subjects), spoken: { rows, totals } };
  }
  const { policy, version, draft, subjects } = task;
  const caps = version.caps ?? [];
  const now = readyClauses(policy, version).find(({ clause }) => clause.id === draft.id);
  return simulate(
    now && inForce({ ...now, caps }),
    inForce({ ...readyClause(policy, version, draft, VOCABULARY), caps }),
    subjects,
  );
}

parentPort!.postMessage(work(workerData as MatchTask | SimulateTask));
