import type { Context } from '#kernel/context';
import type { Issue } from '#kernel/problem';
import { parseView } from '#standards/sql-on-fhir';
import { isQueryLibrary, readQueryLibrary } from './query-library.ts';

/** What is wrong with a resource beyond the rules of R4: a view or a query that could not be run. */
export function furtherIssues(resource: object): Issue[] {
  const { resourceType } = resource as { resourceType?: string };
  if (resourceType === 'ViewDefinition') return [...parseView(resource).issues];
  if (resourceType === 'Library' && isQueryLibrary(resource as Record<string, unknown>))
    return readQueryLibrary(resource as Record<string, unknown>).issues;
  return [];
}

/**
 * ViewDefinitions are one catalogue for all: whoever changes one changes what everybody's questions mean.
 *
 * @throws Problem `forbidden`
 */
export function requireViewManager(ctx: Context, types: Iterable<string>): void {
  for (const type of types) if (type === 'ViewDefinition') ctx.require('lake.view.manage');
}
