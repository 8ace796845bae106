import type { Answer, Given, Json, View } from './lake-api.ts';

/** A question in SQL as people write it, with the types of its parameters. */
export interface Question {
  text: string;
  parameters: readonly Pick<Given, 'name' | 'type'>[];
}

export const PARAMETER_TYPES = ['string', 'integer', 'decimal', 'boolean', 'date', 'dateTime'] as const;

/** What a question reads, by its names in it. */
interface Used {
  name: string;
  address: string;
}

/** What an answer was read from, by canonical addresses where there are, which other servers know too. */
export function usedBy({ views: read }: Pick<Answer, 'views'>, views: readonly Pick<View, 'name' | 'url'>[]): Used[] {
  return read.map(({ name, address }) => ({ name, address: views.find((each) => each.name === name)?.url ?? address }));
}

/**
 * The question as a Library of the profile SQLQuery of SQL-on-FHIR v2. */
export function libraryOf(
  { text, parameters }: Question,
  used: readonly Used[],
  { title, description }: { title: string; description?: string },
): Json {
  return {
    resourceType: 'Library',
    meta: { profile: ['https://sql-on-fhir.org/ig/StructureDefinition/SQLQuery'] },
    name: nameOf(title),
    title,
    ...(description !== undefined && description !== '' && { description }),
    status: 'active',
    type: { coding: [{ system: 'https://sql-on-fhir.org/ig/CodeSystem/LibraryTypesCodes', code: 'sql-query' }] },
    ...(used.length > 0 && {
      relatedArtifact: used.map(({ name, address }) => ({ type: 'depends-on', label: name, resource: address })),
    }),
    ...(parameters.length > 0 && { parameter: parameters.map(({ name, type }) => ({ name, use: 'in', type })) }),
    content: [{ contentType: 'application/sql', data: toBase64(text) }],
  };
}

/** What a Library asks. */
export function questionOf(library: Json): Question {
  const [content] = (library['content'] as { data?: string }[] | undefined) ?? [];
  const parameters = (library['parameter'] as { name?: string; type: string }[] | undefined) ?? [];
  return {
    text: fromBase64(content?.data ?? ''),
    parameters: parameters.flatMap(({ name, type }) => (name === undefined ? [] : [{ name, type }])),
  };
}

/** A Library's name for programs: letters and digits of its title, else what it is. */
function nameOf(title: string): string {
  const name = title
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^[^A-Za-z]+|_+$/g, '')
    .slice(0, 60);
  return name === '' ? 'query' : name;
}

function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(data: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)));
}
