import { parentPort } from 'node:worker_threads';
import { type Answer, type SearchDocument, SearchIndex } from '#standards/text-search';
import thesaurus from '../../../../../facts/cluster/thesaurus.json' with { type: 'json' };
import { searchDesign } from '../../rules/search.ts';

export type Order =
  | { put: readonly SearchDocument[]; remove: readonly string[] }
  | { seal: true }
  | { ask: number; text: string; most: number; skip: number; filters: Readonly<Record<string, readonly string[]>> };
export type Told = { ask: number; answer: Answer } | { ask: number; failure: string };

/** The index lives here, beside the event loop. */
const index = new SearchIndex(searchDesign(thesaurus.groups));

parentPort?.on('message', (order: Order) => {
  if ('seal' in order) index.seal();
  else if ('put' in order) {
    for (const id of order.remove) index.remove(id);
    for (const document of order.put) index.put(document);
  } else {
    const { ask, text, ...wish } = order;
    try {
      parentPort!.postMessage({ ask, answer: index.search(text, wish) } satisfies Told);
    } catch (error) {
      parentPort!.postMessage({ ask, failure: String(error) } satisfies Told);
    }
  }
});
