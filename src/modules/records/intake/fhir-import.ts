import type { Resource } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { idFrom } from '../rules.ts';

/** What a bundle says is to be written, with its references turned to the ids that the resources have or get here. */
export interface Unpacked {
  /** True when either all of it is taken or nothing. */
  atomic: boolean;
  resources: Resource[];
  /** References by search, such as `Practitioner?identifier=system|value`: who they mean is not known yet. */
  open: { holder: { reference: string }; type: string; system: string; value: string }[];
}

interface Entry {
  fullUrl?: string;
  resource?: Resource;
  request?: { method?: string; url?: string };
}

const ATOMIC: ReadonlySet<string> = new Set(['transaction', 'document', 'message']);
const TAKEN: ReadonlySet<unknown> = new Set([undefined, 'POST', 'PUT']);
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * Reads a bundle of any type as resources. The same bundle always yields the same ids: a resource keeps its own, else takes that of
 * its urn:uuid, else one that follows from the content of the file.
 *
 * @throws Problem `unsupported` when an entry asks for something else than to be written
 */
export function unpackBundle(bundle: Resource, digest: string): Unpacked {
  const entries = (bundle.entry ?? []) as Entry[];
  const places = new Map<string, string>();
  const resources: Resource[] = [];
  for (const [index, { fullUrl, resource, request }] of entries.entries()) {
    if (!TAKEN.has(request?.method))
      throw new Problem('unsupported', 'an entry asks for something else than to be created or updated', {
        entry: index,
        method: request?.method,
      });
    if (resource === undefined) continue;
    const id = idOf(resource, fullUrl, `${digest}\n${index}`);
    if (fullUrl !== undefined) places.set(fullUrl, `${resource.resourceType}/${id}`);
    resources.push({ ...resource, id });
  }
  const open: Unpacked['open'] = [];
  for (const resource of resources) redirect(resource, places, open);
  return { atomic: ATOMIC.has(String(bundle.type)), resources, open };
}

export function idOf(resource: Resource, fullUrl: string | undefined, otherwise: string): string {
  if (resource.id !== undefined && ID.test(resource.id)) return resource.id;
  const uuid = fullUrl?.startsWith('urn:uuid:') ? fullUrl.slice('urn:uuid:'.length) : undefined;
  return uuid !== undefined && ID.test(uuid) ? uuid : idFrom(otherwise);
}

function redirect(node: unknown, places: ReadonlyMap<string, string>, open: Unpacked['open']): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) {
    const holder = node as { reference?: unknown };
    if (typeof holder.reference === 'string') {
      const place = places.get(holder.reference);
      const search = /^([A-Z]\w+)\?identifier=([^|&]+)\|([^&]+)$/.exec(holder.reference);
      if (place !== undefined) holder.reference = place;
      else if (search)
        open.push({
          holder: holder as { reference: string },
          type: search[1]!,
          system: decodeURIComponent(search[2]!),
          value: decodeURIComponent(search[3]!),
        });
    }
  }
  for (const inner of Object.values(node)) redirect(inner, places, open);
}
