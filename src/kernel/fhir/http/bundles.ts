import type { Issue } from '#kernel/problem';
import { definitions, parseFhirJson, stringifyFhirJson } from '#standards/fhir';
import { partInId } from '../ids.ts';
import type { Ask } from '../search/ask.ts';
import type { SearchPage } from '../search/search.ts';
import type { Stored } from '../store.ts';
import type { Resource } from '../write.ts';
import { outcome } from './answer.ts';

/** A searchset as text. Resources come as they are kept and are read only where a part of them is asked for. */
export function searchset(base: string, path: string, params: URLSearchParams, page: SearchPage, now: Date): string {
  const { ask, matches, included, issues, total, next } = page;
  const entries = [
    ...matches.map((row) => entry(base, row, 'match', ask)),
    ...included.map((row) => entry(base, row, 'include', ask)),
    ...(issues.length === 0 ? [] : [outcomeEntry(issues)]),
  ];
  const links = [link('self', `${base}/${path}`, without(params, '_cursor'), ask.cursor)];
  if (next !== undefined) links.push(link('next', `${base}/${path}`, without(params, '_cursor'), next));
  return bundle('searchset', now, total, links, entries);
}

function entry(base: string, row: Stored, mode: 'match' | 'include', ask: Ask): string {
  return `{"fullUrl":${JSON.stringify(`${base}/${row.type}/${row.id}`)},"resource":${partOf(row.content!, ask)},"search":{"mode":"${mode}"}}`;
}

function outcomeEntry(issues: readonly Issue[]): string {
  return JSON.stringify({ resource: outcome(issues), search: { mode: 'outcome' } });
}

/** The versions of a history as text. */
export function historyBundle(
  base: string,
  path: string,
  params: URLSearchParams,
  versions: readonly Stored[],
  next: string | undefined,
  now: Date,
): string {
  const entries = versions.map(({ type, id, version, updated, content }) => {
    const [method, status] =
      content === null ? ['DELETE', '204'] : version > 1 ? ['PUT', '200'] : [firstMethod(id), '201'];
    const told = {
      request: { method, url: method === 'POST' ? type : `${type}/${id}` },
      response: { status, etag: `W/"${version}"`, lastModified: updated.toISOString() },
    };
    const resource = content === null ? '' : `"resource":${content},`;
    return `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}`)},${resource}${JSON.stringify(told).slice(1)}`;
  });
  const links = [link('self', `${base}/${path}`, params, undefined)];
  if (next !== undefined) links.push(link('next', `${base}/${path}`, without(params, '_cursor'), next));
  return bundle('history', now, undefined, links, entries);
}

/** An id that was made here came with POST, another one with PUT. */
function firstMethod(id: string): 'POST' | 'PUT' {
  return partInId(id) !== undefined || /^[0-9a-z]{25}$/.test(id) ? 'POST' : 'PUT';
}

function bundle(
  type: string,
  now: Date,
  total: number | undefined,
  links: readonly object[],
  entries: readonly string[],
): string {
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type,
    timestamp: now.toISOString(),
    ...(total !== undefined && { total }),
    link: links,
  });
  // FHIR knows no empty array.
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

function link(
  relation: string,
  address: string,
  params: URLSearchParams,
  cursor: string | undefined,
): { relation: string; url: string } {
  const all = new URLSearchParams(params);
  if (cursor !== undefined) all.set('_cursor', cursor);
  const query = all.toString();
  return { relation, url: query === '' ? address : `${address}?${query}` };
}

function without(params: URLSearchParams, name: string): URLSearchParams {
  const rest = new URLSearchParams(params);
  rest.delete(name);
  return rest;
}

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** The elements that `_summary` or `_elements` asks for, marked as a part; everything as it is kept otherwise. */
export function partOf(content: string, { summary, elements }: Pick<Ask, 'summary' | 'elements'>): string {
  if (summary === undefined && elements === undefined) return content;
  const resource = parseFhirJson(content) as Resource;
  const type = definitions.types[resource.resourceType];
  const wanted = (name: string): boolean => {
    if (name === 'resourceType' || name === 'id' || name === 'meta') return true;
    const element = type?.elements.find(
      (one) => one.name === name || (one.name.endsWith('[x]') && name.startsWith(one.name.slice(0, -3))),
    );
    if ((element?.min ?? 0) > 0) return summary !== 'data' || name !== 'text';
    if (elements !== undefined)
      return elements.includes(name) || (element !== undefined && elements.includes(element.name.replace('[x]', '')));
    if (summary === 'text') return name === 'text';
    return summary === 'data' ? name !== 'text' : element?.summary === true;
  };
  const tags = (resource.meta as { tag?: object[] } | undefined)?.tag ?? [];
  for (const name of Object.keys(resource)) if (!wanted(name.replace(/^_/, ''))) delete resource[name];
  resource.meta = { ...resource.meta, tag: [...tags, SUBSETTED] };
  return stringifyFhirJson(resource);
}
