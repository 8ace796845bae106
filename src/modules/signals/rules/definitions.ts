import { Problem } from '#kernel/problem';
import facts from '../../../../facts/case-definitions.json' with { type: 'json' };
import type { CaseDefinition } from '../model.ts';

/** Every disease that is watched. */
export const DEFINITIONS = facts.definitions as unknown as readonly CaseDefinition[];

/** @throws Problem `not-found` */
export function getDefinition(id: string): CaseDefinition {
  const found = DEFINITIONS.find((definition) => definition.id === id);
  if (found === undefined) throw new Problem('not-found', 'no such disease is watched', { disease: id });
  return found;
}
