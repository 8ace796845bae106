import type { Design, SearchDocument, Synonyms } from '#standards/text-search';
import { propertyOf, type Statement, type Thing } from '../model.ts';

/** How things are searched: by name first, then by what they are about, then by all else that is said of them. */
export function searchDesign(synonyms: readonly Synonyms[]): Design {
  return {
    fields: [
      { name: 'names', weight: 4, usualWords: 12 },
      { name: 'about', weight: 1.5, usualWords: 25 },
      { name: 'rest', weight: 0.7, usualWords: 40 },
    ],
    facets: ['kind', 'place', 'example'],
    synonyms,
  };
}

const ABOUT = new Set([
  'subkind',
  'sector',
  'focus',
  'feature',
  'description',
  'indication',
  'therapy',
  'pipeline',
  'metric',
  'role',
  'benefit',
]);

type Named = Pick<Thing, 'id' | 'kind' | 'name' | 'nameZh' | 'example'>;
type Told = Pick<Statement, 'property' | 'value' | 'quote'>;

/** What of a thing can be searched. @param near names of what it is related to, e.g. the place it lies in */
export function documentOf(thing: Named, said: readonly Told[], near: readonly string[] = []): SearchDocument {
  const texts = { names: [thing.name], about: [] as string[], rest: [...near] };
  if (thing.nameZh !== null) texts.names.push(thing.nameZh);
  for (const { property, value, quote } of said) {
    // A code says nothing in words, and its quote stands with another property already.
    if (propertyOf(property)?.type === 'code') continue;
    const words = (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string');
    const into = property === 'alias' ? texts.names : ABOUT.has(property) ? texts.about : texts.rest;
    into.push(...words);
    if (quote !== null) texts.rest.push(quote);
    // Of a number, what it is of: `clean room` finds who has one.
    const label = typeof value === 'number' ? propertyOf(property) : undefined;
    if (label !== undefined) texts.rest.push(label.en, label.zh);
  }
  return { id: thing.id, texts, facets: { kind: thing.kind, example: String(thing.example) } };
}
