import { parentPort, workerData } from 'node:worker_threads';
import type { Clause, Policy, PolicyVersion } from '../../model.ts';
import {
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
}
export interface SimulateTask {
  kind: 'simulate';
  policy: string;
  version: PolicyVersion;
  draft: Clause;
  subjects: readonly Subject[];
}

function work(task: MatchTask | SimulateTask): unknown {
  if (task.kind === 'match') return matchAll(clausesAt(task.policies, task.day, readyClauses), task.subjects);
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
