import type { Value, World } from './model.ts';

const ODRL = 'http://www.w3.org/ns/odrl/2/';
const XSD = 'http://www.w3.org/2001/XMLSchema#';

/** The local name of an ODRL term however it is written (IRI, prefixed, bare); anything else as it is. */
export function termOf(text: string): string {
  if (text.startsWith(ODRL)) return text.slice(ODRL.length);
  return text.startsWith('odrl:') ? text.slice('odrl:'.length) : text;
}

/** The local name of a type of XML Schema however it is written. */
export function typeOf(text: string): string {
  if (text.startsWith(XSD)) return text.slice(XSD.length);
  return text.startsWith('xsd:') ? text.slice('xsd:'.length) : text;
}

export function iri(text: string): Value {
  return { text: termOf(text), type: 'iri' };
}

/**
 * The wider action right above an action of the vocabulary; those not named here are under `use`.
 *
 * Source: ODRL Vocabulary & Expression 2.2, includedIn of each action.
 */
const INCLUDED_IN: Readonly<Record<string, string>> = {
  display: 'play',
  extract: 'reproduce',
  give: 'transfer',
  sell: 'transfer',
};

const UNDER_USE = new Set(
  (
    'acceptTracking aggregate annotate anonymize archive attribute compensate concurrentUse delete derive digitize distribute ' +
    'ensureExclusivity execute grantUse include index inform install modify move nextPolicy obtainConsent play present print read ' +
    'reproduce reviewPolicy stream synchronize textToSpeech transform translate uninstall watermark'
  ).split(' '),
);

/** Deprecated terms, and the ones that mean exactly the same. */
const SAME_AS: Readonly<Record<string, string>> = {
  append: 'modify',
  appendTo: 'modify',
  copy: 'reproduce',
  export: 'transform',
  license: 'grantUse',
  pay: 'compensate',
  write: 'modify',
  writeTo: 'modify',
};

export function actionOf(text: string): string {
  const term = termOf(text);
  return SAME_AS[term] ?? term;
}

/** The action itself and all that it is included in. Actions that ODRL does not know stand alone, unless `widerThan` says more. */
export function widerActions(action: string, widerThan?: World['widerThan']): Set<string> {
  return closure(action, (next) => {
    const above = INCLUDED_IN[next] ?? (UNDER_USE.has(next) ? 'use' : undefined);
    return [...(above === undefined ? [] : [above]), ...(widerThan?.get(next) ?? [])];
  });
}

/** A thing and all that lie above it; a ring ends where it began. */
export function closure(from: string, above: (next: string) => Iterable<string>): Set<string> {
  const found = new Set([from]);
  for (const next of found) for (const wider of above(next)) found.add(wider);
  return found;
}
