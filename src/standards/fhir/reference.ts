/** The forms of Reference.reference. Source: FHIR R4 references.html#literal. */

import { isResourceType } from './definitions.ts';

export interface LiteralReference {
  /** `contained` is `#id`, `absolute` any url (http, urn), `relative` is Type/id, `search` is Type?name=value in a transaction. */
  form: 'relative' | 'absolute' | 'contained' | 'search';
  type?: string;
  id?: string;
  version?: string;
}

const RELATIVE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?(?:#.*)?$/;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\S+$/i;
const SEARCH = /^([A-Z][A-Za-z]+)\?\S+$/;
const TAIL = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/** Nothing when the text has none of the allowed forms. */
export function parseReference(text: string): LiteralReference | undefined {
  if (text.startsWith('#')) return { form: 'contained', id: text.slice(1) };
  const relative = RELATIVE.exec(text);
  if (relative) {
    const [, type, id, version] = relative as unknown as [string, string, string, string | undefined];
    return isResourceType(type) ? { form: 'relative', type, id, ...(version !== undefined && { version }) } : undefined;
  }
  const search = SEARCH.exec(text);
  if (search) return isResourceType(search[1]) ? { form: 'search', type: search[1] } : undefined;
  if (!ABSOLUTE.test(text)) return undefined;
  const tail = /^https?:/i.test(text) ? TAIL.exec(text) : null;
  const [, type, id, version] = (tail ?? []) as [string?, string?, string?, string?];
  if (!isResourceType(type) || id === undefined) return { form: 'absolute' };
  return { form: 'absolute', type, id, ...(version !== undefined && { version }) };
}
