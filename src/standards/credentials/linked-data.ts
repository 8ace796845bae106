import jsonld from 'jsonld';
import { sha256 } from '#crypto';
import { loadHeld } from './contexts.ts';
import { type Finding, isUrl } from './data-model.ts';

/** Quads of a document at the most. */
const MOST_BYTES = 1_000_000;
const UTF8 = new TextEncoder();

/** What the types of jsonld do not know. */
interface SafeOptions {
  safe: true;
  base: null;
  documentLoader: typeof loadHeld;
  rdfDirection?: 'i18n-datatype';
  canonizeOptions?: object;
}
type Process<T> = (document: object, options: SafeOptions) => Promise<T>;

const SAFE = { safe: true, base: null, documentLoader: loadHeld } as const;

/** Cryptography by the seam: a browser has none of its own where the page does not come over https. */
class Digest {
  #text = '';

  update(text: string): void {
    this.#text += text;
  }

  digest(): string {
    return [...sha256(UTF8.encode(this.#text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/**
 * SHA-256 of the document's canonical quads. Terms without a meaning, relative addresses and contexts that are not held are refused, so
 * that nothing in the document escapes the digest.
 *
 * @throws Error
 *
 * Source: W3C RDF Dataset Canonicalization 1.0; the processor is jsonld with rdf-canonize.
 */
export async function digestOfQuads(document: object): Promise<Uint8Array> {
  const canonize = jsonld.canonize as unknown as Process<string>;
  const quads = await canonize(document, {
    ...SAFE,
    canonizeOptions: { createMessageDigest: () => new Digest() },
  });
  if (quads.length > MOST_BYTES) throw new Error('the document says too much');
  return sha256(UTF8.encode(quads));
}

interface Quad {
  subject: { termType: string; value: string };
  predicate: { termType: string; value: string };
  object: { termType: string; value: string };
}

/** What in a credential or presentation has no meaning under its contexts: unknown terms and types, addresses that are none. */
export async function findTermFaults(document: object): Promise<Finding[]> {
  const toQuads = jsonld.toRDF as unknown as Process<Quad[]>;
  let quads: Quad[];
  try {
    quads = await toQuads(document, { ...SAFE, rdfDirection: 'i18n-datatype' });
  } catch (error) {
    return [{ path: '', message: reasonOf(error) }];
  }
  const names = quads.flatMap(({ subject, predicate, object }) => [subject, predicate, object]);
  const wrong = names.find(({ termType, value }) => termType === 'NamedNode' && !isUrl(value));
  return wrong === undefined ? [] : [{ path: '', message: `${wrong.value} is not a URL` }];
}

/** The processor hides the event that made it stop. */
function reasonOf(error: unknown): string {
  const { message, details } = error as Error & { details?: { event?: { message?: string; details?: object } } };
  const event = details?.event;
  return event?.message === undefined ? message : `${event.message} ${JSON.stringify(event.details ?? {})}`;
}
