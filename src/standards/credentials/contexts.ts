import { contexts as credentials } from '@digitalbazaar/credentials-context';
import { contexts as integrity } from '@digitalbazaar/data-integrity-context';
import { BASE_CONTEXT } from './data-model.ts';

/** Terms without a definition get one here, so that examples need no context of their own. */
const EXAMPLES = { '@context': { '@vocab': 'https://www.w3.org/ns/credentials/examples#' } };

const INTEGRITY_CONTEXT = 'https://w3id.org/security/data-integrity/v2';

/** Every context that is known. None is ever fetched: who could change a context could change what a signature means. */
const HELD: ReadonlyMap<string, object> = new Map([
  [BASE_CONTEXT, credentials.get(BASE_CONTEXT)!],
  ['https://www.w3.org/ns/credentials/examples/v2', EXAMPLES],
  [
    'https://www.w3.org/ns/credentials/undefined-terms/v2',
    credentials.get('https://www.w3.org/ns/credentials/undefined-terms/v2')!,
  ],
  [INTEGRITY_CONTEXT, integrity.get(INTEGRITY_CONTEXT)!],
]);

/** The document loader of the JSON-LD processor. */
export async function loadHeld(url: string): Promise<{ contextUrl: undefined; documentUrl: string; document: object }> {
  const document = HELD.get(url);
  if (document === undefined) throw new Error('the context is not held here');
  return { contextUrl: undefined, documentUrl: url, document };
}
