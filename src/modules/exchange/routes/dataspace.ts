import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  DspError,
  type MessageType,
  parseMessage,
  writeCatalog,
  writeDataset,
  writeError,
  writeNegotiation,
  writeTransfer,
  writeVersions,
} from '#standards/dataspace';
import {
  type Caller,
  DSP_PATH,
  hearNegotiation,
  hearTransfer,
  identifyConnector,
  listDatasets,
  readDataset,
  readNegotiationOf,
  readTransferOf,
  triggerNegotiation,
  triggerTransfer,
} from '../actions/index.ts';
import type { Negotiation, Transfer } from '../model.ts';
import { parseFilter, pidsOf } from '../rules/negotiations.ts';

const MOST_BYTES = 1024 * 1024;

interface One {
  Params: { pid: string };
}

/** The Dataspace Protocol 2025-1: one base address for what a provider and what a consumer is asked. */
export async function dataspaceRoutes(app: FastifyInstance, door: Door): Promise<void> {
  app.get('/.well-known/dspace-version', async () => writeVersions(DSP_PATH));
  await app.register(async (part) => {
    part.addContentTypeParser('application/ld+json', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_, body, done) =>
      part.getDefaultJsonParser('error', 'error')(_, String(body), done),
    );
    part.setErrorHandler((error, request, reply) => sendError(error, request, reply, door));
    catalogRoutes(part, door);
    negotiationRoutes(part, door);
    transferRoutes(part, door);
    triggerRoutes(part, door);
  });
}

function catalogRoutes(app: FastifyInstance, door: Door): void {
  const provider = () => ({
    id: `${door.publicUrl()}${DSP_PATH}/catalog`,
    participantId: door.publicUrl(),
    endpoint: `${door.publicUrl()}${DSP_PATH}`,
  });
  app.post(`${DSP_PATH}/catalog/request`, { bodyLimit: MOST_BYTES }, async (request) => {
    const caller = await callerOf(request, door);
    const { filter = [] } = parseMessage(request.body, 'CatalogRequestMessage');
    return writeCatalog(await listDatasets(caller, parseFilter(filter)), provider());
  });
  app.get<{ Params: { id: string } }>(`${DSP_PATH}/catalog/datasets/:id`, async (request) => {
    const caller = await callerOf(request, door);
    const dataset = await readDataset(caller, { '@type': 'DatasetRequestMessage', dataset: request.params.id });
    return writeDataset(dataset, provider());
  });
}

function negotiationRoutes(app: FastifyInstance, door: Door): void {
  const told = (negotiation: Negotiation) => writeNegotiation({ ...pidsOf(negotiation), state: negotiation.state });
  app.get<One>(`${DSP_PATH}/negotiations/:pid`, async (request) =>
    told(await readNegotiationOf(await callerOf(request, door), request.params.pid)),
  );
  const hears = <Type extends NegotiationType>(path: string, ...types: readonly Type[]): void => {
    app.post<{ Params: { pid?: string } }>(
      `${DSP_PATH}/negotiations${path}`,
      { bodyLimit: MOST_BYTES },
      async (request, reply) => {
        const caller = await callerOf(request, door);
        const message = parseMessage(request.body, ...types);
        const { negotiation, isNew } = await hearNegotiation(caller, message, request.params.pid);
        return reply.code(isNew ? 201 : 200).send(told(negotiation));
      },
    );
  };
  hears('/request', 'ContractRequestMessage');
  hears('/offers', 'ContractOfferMessage');
  hears('/:pid/request', 'ContractRequestMessage');
  hears('/:pid/offers', 'ContractOfferMessage');
  hears('/:pid/agreement', 'ContractAgreementMessage');
  hears('/:pid/agreement/verification', 'ContractAgreementVerificationMessage');
  hears('/:pid/events', 'ContractNegotiationEventMessage');
  hears('/:pid/termination', 'ContractNegotiationTerminationMessage');
}
type NegotiationType = Extract<MessageType, `Contract${string}`>;

function transferRoutes(app: FastifyInstance, door: Door): void {
  const told = (transfer: Transfer) => writeTransfer({ ...pidsOf(transfer), state: transfer.state });
  app.get<One>(`${DSP_PATH}/transfers/:pid`, async (request) =>
    told(await readTransferOf(await callerOf(request, door), request.params.pid)),
  );
  const hears = <Type extends TransferType>(path: string, type: Type): void => {
    app.post<{ Params: { pid?: string } }>(
      `${DSP_PATH}/transfers${path}`,
      { bodyLimit: MOST_BYTES },
      async (request, reply) => {
        const caller = await callerOf(request, door);
        const message = parseMessage(request.body, type);
        const { transfer, isNew } = await hearTransfer(caller, message, request.params.pid);
        return reply.code(isNew ? 201 : 200).send(told(transfer));
      },
    );
  };
  hears('/request', 'TransferRequestMessage');
  hears('/:pid/start', 'TransferStartMessage');
  hears('/:pid/completion', 'TransferCompletionMessage');
  hears('/:pid/suspension', 'TransferSuspensionMessage');
  hears('/:pid/termination', 'TransferTerminationMessage');
}
type TransferType = Extract<MessageType, `Transfer${string}`>;

/** Only for connectors whose answers are scripted: conformance tests tell us by these to begin. */
function triggerRoutes(app: FastifyInstance, door: Door): void {
  app.post<{ Body: Record<string, unknown> | undefined }>(`${DSP_PATH}/triggers/negotiations`, async (request) => {
    const caller = await callerOf(request, door);
    return triggerNegotiation(caller, textsOf(request.body, 'datasetId', 'offerId', 'connectorAddress'));
  });
  app.post<{ Body: Record<string, unknown> | undefined }>(`${DSP_PATH}/triggers/transfers`, async (request) => {
    const caller = await callerOf(request, door);
    return triggerTransfer(caller, textsOf(request.body, 'agreementId', 'format', 'connectorAddress'));
  });
}

function textsOf<Name extends string>(
  body: Record<string, unknown> | undefined,
  ...names: readonly Name[]
): Record<Name, string> {
  return Object.fromEntries(
    names.map((name) => {
      const text = body?.[name];
      if (typeof text !== 'string') throw new DspError(`${name} is no text`);
      return [name, text];
    }),
  ) as Record<Name, string>;
}

function callerOf(request: FastifyRequest, { pool, log }: Door): Promise<Caller> {
  const parts = { db: pool, log, address: request.ip, requestId: request.id };
  return identifyConnector(parts, request.headers.authorization);
}

/** What cannot be done is answered in the protocol's own form: an illegal step and a wrong message by 400. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, { log }: Door): FastifyReply {
  const [, group = 'catalog', pid = ''] = request.url.slice(DSP_PATH.length).split('?')[0]?.split('/') ?? [];
  const type =
    group === 'negotiations' ? 'ContractNegotiationError' : group === 'transfers' ? 'TransferError' : 'CatalogError';
  const { status, code, reason } = statusOf(error);
  if (status === 500) log.error({ error, requestId: request.id }, 'a request failed by a bug');
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="banyan"');
  const { providerPid = pid, consumerPid = pid } = (request.body ?? {}) as {
    providerPid?: string;
    consumerPid?: string;
  };
  return reply.code(status).send(writeError(type, { code, reason, providerPid, consumerPid }));
}

function statusOf(error: unknown): { status: number; code: string; reason: string } {
  if (error instanceof DspError) return { status: 400, code: 'invalid', reason: error.message };
  if (error instanceof Problem) {
    const status = error.kind === 'conflict' || error.kind === 'unprocessable' ? 400 : error.status;
    return { status, code: error.kind, reason: error.message };
  }
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, code: 'invalid', reason: message };
  return { status: 500, code: 'bug', reason: 'the server made a mistake' };
}
