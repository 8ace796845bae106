import {
  type AgreementPolicy,
  type DataAddress,
  type Dataset,
  DSP_CONTEXT,
  DSP_VERSION,
  type DspMessage,
  type MessageType,
  type NegotiationState,
  type Offer,
  type TransferState,
} from './model.ts';

/** A message that is not as the protocol says. */
export class DspError extends Error {}

const MOST_DEEP = 24;
const LONGEST_ID = 1_000;
const MOST_REASONS = 100;
const DATE_TIME = /^-?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;
const OPERATORS = new Set('eq gt gteq lteq hasPart isA isAllOf isAnyOf isNoneOf isPartOf lt term-lteq neq'.split(' '));

type Json = Readonly<Record<string, unknown>>;
type Of<Type extends MessageType> = Extract<DspMessage, { '@type': Type }>;

/**
 * Reads a message of one of the given types, strictly: the context is there, every member has its type, what must not be there
 * is not. Members that the protocol does not know are left out.
 *
 * @throws DspError
 */
export function parseMessage<Type extends MessageType>(json: unknown, ...types: readonly Type[]): Of<Type> {
  const node = objectOf(json, 'the message');
  const type = types.find((one) => one === node['@type']);
  if (type === undefined) throw new DspError(`the message is not of the type ${types.join(' or ')}`);
  requireContext(node['@context']);
  return { '@type': type, ...READERS[type](node) } as unknown as Of<Type>;
}

const READERS: Readonly<Record<MessageType, (node: Json) => object>> = {
  ContractRequestMessage: (node) => ({
    consumerPid: textOf(node, 'consumerPid'),
    ...exactlyOne(node, 'callbackAddress', 'providerPid'),
    offer: parseOffer(node['offer'], 'maybe'),
  }),
  ContractOfferMessage: (node) => ({
    providerPid: textOf(node, 'providerPid'),
    ...exactlyOne(node, 'callbackAddress', 'consumerPid'),
    offer: parseOffer(node['offer'], 'must'),
  }),
  ContractAgreementMessage: (node) => ({ ...pidsOf(node), agreement: parseAgreement(node['agreement']) }),
  ContractAgreementVerificationMessage: pidsOf,
  ContractNegotiationEventMessage: (node) => {
    const eventType = textOf(node, 'eventType');
    if (eventType !== 'ACCEPTED' && eventType !== 'FINALIZED') throw new DspError('the event is none of the protocol');
    return { ...pidsOf(node), eventType };
  },
  ContractNegotiationTerminationMessage: (node) => ({ ...pidsOf(node), ...whyOf(node) }),
  TransferRequestMessage: (node) => ({
    consumerPid: textOf(node, 'consumerPid'),
    agreementId: textOf(node, 'agreementId'),
    format: textOf(node, 'format'),
    callbackAddress: textOf(node, 'callbackAddress'),
    ...dataAddressOf(node),
  }),
  TransferStartMessage: (node) => ({ ...pidsOf(node), ...dataAddressOf(node) }),
  TransferCompletionMessage: pidsOf,
  TransferSuspensionMessage: (node) => ({ ...pidsOf(node), ...whyOf(node) }),
  TransferTerminationMessage: (node) => ({ ...pidsOf(node), ...whyOf(node) }),
  CatalogRequestMessage: (node) => {
    const filter = node['filter'];
    if (filter !== undefined && !Array.isArray(filter)) throw new DspError('filter is no list');
    return filter === undefined ? {} : { filter };
  },
  DatasetRequestMessage: (node) => ({ dataset: textOf(node, 'dataset') }),
};

function pidsOf(node: Json): { providerPid: string; consumerPid: string } {
  return { providerPid: textOf(node, 'providerPid'), consumerPid: textOf(node, 'consumerPid') };
}

/** Either the first message of a process, which says where answers go, or a later one, which names the process. */
function exactlyOne(node: Json, one: string, other: string): Record<string, string> {
  const given = [one, other].filter((name) => node[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length === 2) throw new DspError(`the message has either ${one} or ${other}`);
  return { [name]: textOf(node, name) };
}

function whyOf(node: Json): { code?: string; reason?: unknown[] } {
  const { code, reason } = node;
  if (code !== undefined && typeof code !== 'string') throw new DspError('code is no text');
  if (reason !== undefined && !(Array.isArray(reason) && reason.length > 0 && reason.length <= MOST_REASONS))
    throw new DspError('reason is no list with something in it');
  return { ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) };
}

function dataAddressOf(node: Json): { dataAddress?: DataAddress } {
  if (node['dataAddress'] === undefined) return {};
  const address = objectOf(node['dataAddress'], 'dataAddress');
  if (address['@type'] !== 'DataAddress') throw new DspError('dataAddress is not of the type DataAddress');
  const { endpoint, endpointProperties: properties } = address;
  if (endpoint !== undefined && typeof endpoint !== 'string') throw new DspError('endpoint is no text');
  if (properties !== undefined && !(Array.isArray(properties) && properties.length > 0))
    throw new DspError('endpointProperties is no list with something in it');
  return {
    dataAddress: {
      '@type': 'DataAddress',
      endpointType: textOf(address, 'endpointType'),
      ...(endpoint !== undefined && { endpoint }),
      ...(properties !== undefined && {
        endpointProperties: properties.map((property: unknown) => {
          const read = objectOf(property, 'an endpoint property');
          if (read['@type'] !== 'EndpointProperty')
            throw new DspError('a property is not of the type EndpointProperty');
          return { '@type': 'EndpointProperty' as const, name: textOf(read, 'name'), value: textOf(read, 'value') };
        }),
      }),
    },
  };
}

/** An offer of a message, which may or must name its target; one of a catalogue must not. @throws DspError */
export function parseOffer(json: unknown, target: 'must' | 'maybe' | 'never'): Offer {
  const node = policyOf(json, 'Offer');
  if (target === 'never' && node['target'] !== undefined) throw new DspError('an offer of a catalogue names no target');
  if (target === 'must' || (target === 'maybe' && node['target'] !== undefined)) textOf(node, 'target');
  return node as Offer;
}

/** @throws DspError */
export function parseAgreement(json: unknown): AgreementPolicy {
  const node = policyOf(json, 'Agreement');
  for (const name of ['target', 'assigner', 'assignee']) textOf(node, name);
  const { timestamp } = node;
  if (timestamp !== undefined && !(typeof timestamp === 'string' && DATE_TIME.test(timestamp)))
    throw new DspError('timestamp is no date with time');
  return node as AgreementPolicy;
}

/** The policy names its target, its rules do not. */
function policyOf(json: unknown, type: 'Offer' | 'Agreement'): Json {
  const node = objectOf(json, type);
  if (node['@type'] !== type) throw new DspError(`the policy is not of the type ${type}`);
  textOf(node, '@id');
  const { profile } = node;
  const isProfile =
    profile === undefined || typeof profile === 'string' || isListOf(profile, (one) => typeof one === 'string');
  if (!isProfile) throw new DspError('profile is neither a text nor a list of texts');
  if (node['permission'] === undefined && node['prohibition'] === undefined)
    throw new DspError('the policy has neither a permission nor a prohibition');
  for (const name of ['permission', 'prohibition', 'obligation']) {
    const rules = node[name];
    if (rules === undefined) continue;
    if (!Array.isArray(rules) || rules.length === 0) throw new DspError(`${name} is no list with something in it`);
    for (const rule of rules) requireRule(rule, 0);
  }
  return node;
}

function requireRule(json: unknown, depth: number): void {
  const rule = objectOf(json, 'a rule');
  if (depth > MOST_DEEP) throw new DspError('the policy is too deep');
  textOf(rule, 'action');
  if (rule['target'] !== undefined) throw new DspError('a rule names no target of its own');
  for (const constraint of listOf(rule, 'constraint')) requireConstraint(constraint, depth + 1);
  for (const name of ['duty', 'remedy', 'consequence'])
    for (const duty of listOf(rule, name)) requireRule(duty, depth + 1);
}

function requireConstraint(json: unknown, depth: number): void {
  const constraint = objectOf(json, 'a constraint');
  if (depth > MOST_DEEP) throw new DspError('the policy is too deep');
  const logical = ['and', 'andSequence', 'or', 'xone'].filter((name) => constraint[name] !== undefined);
  const [logic] = logical;
  const isAtomic = constraint['leftOperand'] !== undefined || constraint['operator'] !== undefined;
  if (logical.length > 1 || (logic !== undefined && isAtomic)) throw new DspError('a constraint is of one kind only');
  if (logic !== undefined) {
    for (const operand of listOf(constraint, logic)) requireConstraint(operand, depth + 1);
    return;
  }
  textOf(constraint, 'leftOperand');
  if (!OPERATORS.has(textOf(constraint, 'operator'))) throw new DspError('an operator is none of the protocol');
  const right = constraint['rightOperand'];
  if (typeof right !== 'string' && (typeof right !== 'object' || right === null))
    throw new DspError('a right operand is neither a text, an object nor a list');
}

function listOf(node: Json, name: string): unknown[] {
  const found = node[name];
  if (found === undefined) return [];
  if (!Array.isArray(found)) throw new DspError(`${name} is no list`);
  return found;
}

function isListOf(value: unknown, test: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test);
}

function requireContext(context: unknown): void {
  if (!isListOf(context, (one) => typeof one === 'string') || !(context as string[]).includes(DSP_CONTEXT))
    throw new DspError('the context does not name the protocol 2025-1');
}

function objectOf(json: unknown, what: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new DspError(`${what} is no object`);
  return json as Json;
}

function textOf(node: Json, name: string): string {
  const found = node[name];
  if (typeof found !== 'string' || found === '' || found.length > LONGEST_ID)
    throw new DspError(`${name} is missing, empty, too long or no text`);
  return found;
}

/** A message as it is sent. */
export function writeMessage(message: DspMessage): Record<string, unknown> {
  return { '@context': [DSP_CONTEXT], ...message };
}

export function writeNegotiation(told: { providerPid: string; consumerPid: string; state: NegotiationState }): object {
  return { '@context': [DSP_CONTEXT], '@type': 'ContractNegotiation', ...told };
}

export function writeTransfer(told: { providerPid: string; consumerPid: string; state: TransferState }): object {
  return { '@context': [DSP_CONTEXT], '@type': 'TransferProcess', ...told };
}

/** The answer to what cannot be done: typed by what was asked for. */
export function writeError(
  type: 'ContractNegotiationError' | 'TransferError' | 'CatalogError',
  { code, reason, ...pids }: { code: string; reason: string; providerPid?: string; consumerPid?: string },
): object {
  const ids =
    type === 'CatalogError' ? {} : { providerPid: pids.providerPid ?? '', consumerPid: pids.consumerPid ?? '' };
  return { '@context': [DSP_CONTEXT], '@type': type, ...ids, code, reason: [reason] };
}

interface Provider {
  /** Of the catalogue. */
  id: string;
  participantId: string;
  /** The base address of the protocol's endpoints. */
  endpoint: string;
}

export function writeCatalog(datasets: readonly Dataset[], provider: Provider): object {
  const { id, participantId, endpoint } = provider;
  return {
    '@context': [DSP_CONTEXT],
    '@id': id,
    '@type': 'Catalog',
    participantId,
    service: [serviceOf(provider, endpoint)],
    ...(datasets.length > 0 && {
      dataset: datasets.map((dataset) => datasetOf(dataset, serviceOf(provider, endpoint))),
    }),
  };
}

export function writeDataset(dataset: Dataset, provider: Provider): object {
  return { '@context': [DSP_CONTEXT], ...datasetOf(dataset, serviceOf(provider, provider.endpoint)) };
}

function serviceOf({ id }: Provider, endpointURL: string) {
  return { '@id': `${id}/service`, '@type': 'DataService', endpointURL };
}

function datasetOf({ id, title, description, offers, formats }: Dataset, service: object) {
  return {
    '@id': id,
    '@type': 'Dataset',
    ...(title !== undefined && { 'dct:title': title }),
    ...(description !== undefined && { 'dct:description': description }),
    hasPolicy: offers,
    distribution: formats.map((format) => ({ '@type': 'Distribution', format, accessService: service })),
  };
}

export function writeVersions(path: string): object {
  return { protocolVersions: [{ version: DSP_VERSION, path, binding: 'HTTPS' }] };
}

/**
 * The datasets of a catalogue that another connector answered with, of those within it too. An offer that cannot be read is left out and counted.
 *
 * @throws DspError for what is no catalogue
 */
export function parseCatalog(json: unknown): { datasets: Dataset[]; unreadable: number } {
  const datasets: Dataset[] = [];
  let unreadable = 0;
  const visit = (node: Json, depth: number): void => {
    for (const given of asList(node['dataset'])) {
      const found = objectOf(given, 'dataset');
      const offers: Offer[] = [];
      for (const policy of asList(found['hasPolicy']))
        try {
          offers.push(parseOffer(policy, 'never'));
        } catch (error) {
          if (!(error instanceof DspError)) throw error;
          unreadable += 1;
        }
      const [title, description] = ['title', 'description'].map((name) =>
        [`dct:${name}`, `dcterms:${name}`, name].map((key) => found[key]).find((text) => typeof text === 'string'),
      ) as (string | undefined)[];
      const formats = asList(found['distribution']).flatMap((one) => {
        const { format } = one as Json;
        return typeof format === 'string' ? [format] : [];
      });
      datasets.push({
        id: textOf(found, '@id'),
        offers,
        formats: [...new Set(formats)],
        ...(title !== undefined && { title }),
        ...(description !== undefined && { description }),
      });
    }
    if (depth < MOST_CATALOGUES)
      for (const inner of asList(node['catalog'])) visit(objectOf(inner, 'catalog'), depth + 1);
  };
  const root = objectOf(json, 'Catalog');
  if (root['@type'] !== 'Catalog') throw new DspError('the answer is no catalogue');
  visit(root, 0);
  return { datasets, unreadable };
}

const MOST_CATALOGUES = 5;

/** Of another's catalogue: some write one thing without its list. */
function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
