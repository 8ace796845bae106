import {
  DspError,
  type NegotiationState,
  type NegotiationStep,
  type Side,
  type TransferState,
  type TransferStep,
} from '#standards/dataspace';
import {
  type Negotiation,
  OFFERING_KINDS,
  type OfferingSearch,
  type PolicyJson,
  type Scripts,
  TOPICS,
  type Transfer,
} from '../model.ts';

/** The formats in which data are given away: fetched by the consumer, or brought to an address of its own. */
export const FORMATS = ['HttpData-PULL', 'HttpData-PUSH'] as const;

/** What a catalogue request may ask for; the protocol leaves it to the provider. */
export type CatalogueFilter = Pick<OfferingSearch, 'text' | 'kind' | 'topic'>;

/**
 * All filters of a request hold together: `{ "text": words }`, `{ "kind": ... }`, `{ "topic": ... }`, each once.
 *
 * @throws DspError for any other: whoever asks for less must not get everything
 */
export function parseFilter(filters: readonly unknown[]): CatalogueFilter {
  const wanted: Record<string, string> = {};
  for (const filter of filters)
    for (const [name, value] of Object.entries(typeof filter === 'object' && filter !== null ? filter : { filter })) {
      const isKnown = typeof value === 'string' && FILTERS.get(name)?.(value) === true;
      if (!isKnown || wanted[name] !== undefined)
        throw new DspError('the catalogue takes the filters text, kind and topic, each once');
      wanted[name] = value;
    }
  return wanted;
}

const LONGEST_FILTER = 200;
const FILTERS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['text', (value: string) => value.length <= LONGEST_FILTER],
  ['kind', (value: string) => OFFERING_KINDS.some((kind) => kind === value)],
  ['topic', (value: string) => TOPICS.some((topic) => topic === value)],
]);

/** Who we are in a negotiation, for a step of ours that no person takes. */
export interface OwnStep<Step> {
  by: Side;
  step: Step;
  reason?: string;
}

/**
 * The step that follows by itself. Whoever asks for what is listed gets it: a listing binds. What both sides said yes to is agreed,
 * verified and finalised; anything else waits for a person.
 *
 * @param listed the policy that is listed, where the offering is ours
 */
export function reaction(negotiation: Negotiation, listed: PolicyJson | null): OwnStep<NegotiationStep> | undefined {
  const { role, state, offer, agreement } = negotiation;
  if (role !== 'consumer') {
    if (state === 'REQUESTED' && listed !== null && sameTerms(offer, listed)) return { by: 'provider', step: 'agree' };
    if (state === 'ACCEPTED') return { by: 'provider', step: 'agree' };
    if (state === 'VERIFIED') return { by: 'provider', step: 'finalize' };
  }
  if (role !== 'provider' && state === 'AGREED') {
    if (agreement !== null && sameTerms(agreement, offer)) return { by: 'consumer', step: 'verify' };
    return { by: 'consumer', step: 'terminate', reason: 'the agreement is not what was offered' };
  }
  return undefined;
}

/** The step that a script wants in this state, which the process has come into so many times. */
export function scripted<Step extends NegotiationStep | TransferStep>(
  scripts: Scripts,
  { id, state, times }: { id: string; state: NegotiationState | TransferState; times: number },
): Step | undefined {
  return scripts[id]?.[state]?.[times - 1] as Step | undefined;
}

/** Policies say the same when their rules do, whatever their ids and whoever they name. */
function sameTerms(one: PolicyJson, other: PolicyJson): boolean {
  return termsOf(one) === termsOf(other);
}

const NAMES = new Set(['@id', '@type', '@context', 'uid', 'target', 'assigner', 'assignee', 'timestamp', 'profile']);

function termsOf(policy: PolicyJson): string {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !NAMES.has(name))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, inner]) => [name, plain(inner)]),
    );
  };
  const rules = ['permission', 'prohibition', 'obligation'].map((name) => plain(listed(policy[name])));
  return JSON.stringify(rules);
}

/**
 * A policy as the protocol sends it: under the message's own context, rules and constraints as lists, numbers as texts, no rule with a target
 * of its own.
 */
export function wirePolicy(policy: PolicyJson): Record<string, unknown> {
  const rule = (given: Record<string, unknown>): Record<string, unknown> => {
    const { target: _target, assigner: _assigner, assignee: _assignee, ...rest } = given;
    return {
      ...rest,
      ...(rest['constraint'] !== undefined && { constraint: listed(rest['constraint']).map(constraint) }),
      ...each(rest, ['duty', 'remedy', 'consequence'], rule),
    };
  };
  const constraint = (given: Record<string, unknown>): Record<string, unknown> => ({
    ...given,
    ...each(given, ['and', 'or', 'xone', 'andSequence'], constraint),
    ...(given['rightOperand'] !== undefined && { rightOperand: wireValue(given['rightOperand']) }),
  });
  const { '@context': _context, ...rest } = policy;
  return { ...rest, ...each(rest, ['permission', 'prohibition', 'obligation'], rule) };
}

function each(
  node: PolicyJson,
  names: readonly string[],
  change: (item: Record<string, unknown>) => Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (node[name] === undefined ? [] : [[name, listed(node[name]).map(change)]])),
  );
}

function listed(value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as Record<string, unknown>[];
}

function wireValue(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** The side on which a party stands; undefined for others. */
export function sideOf({ role, provider, consumer }: Negotiation, party: string): Side | undefined {
  if (provider.id === party && role !== 'consumer') return 'provider';
  return consumer.id === party && role !== 'provider' ? 'consumer' : undefined;
}

/** How we call ourselves and the other side in messages. */
export function pidsOf(process: Pick<Negotiation | Transfer, 'providerPid' | 'consumerPid'>): {
  providerPid: string;
  consumerPid: string;
} {
  return { providerPid: process.providerPid ?? '', consumerPid: process.consumerPid ?? '' };
}

/** Whether an address is on the origin that the operator entered for the counterparty, and may be talked to. */
export function isOnOrigin(address: string, known: string): boolean {
  const [asked, entered] = [URL.parse(address), URL.parse(known)];
  if (asked === null || entered === null || asked.username !== '' || asked.password !== '') return false;
  return (asked.protocol === 'https:' || asked.protocol === 'http:') && asked.origin === entered.origin;
}
