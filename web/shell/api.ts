import i18next from 'i18next';

export interface RefusalIssue {
  severity: string;
  code: string;
  message: string;
  expression?: string;
}

/** The server said no, or could not be reached. `message` is already in the person's language. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly issues: readonly RefusalIssue[];

  constructor(told: {
    status: number;
    kind: string;
    message: string;
    facts?: Record<string, unknown>;
    issues?: readonly RefusalIssue[];
  }) {
    super(told.message);
    this.status = told.status;
    this.kind = told.kind;
    this.facts = told.facts ?? {};
    this.issues = told.issues ?? [];
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;
interface Options {
  query?: Query;
  signal?: AbortSignal;
  /** Beside our own, e.g. `prefer` and `if-match`. */
  headers?: Record<string, string>;
}

const TIMEOUT_MS = 60_000;
const FILE_MS = 600_000;
const signedOut = new Set<() => void>();
const PURPOSE = 'banyan.purpose';

/** Every request of this tab states the purpose of use from now on; undefined: the account's usual one. */
export function statePurpose(code: string | undefined): void {
  if (code === undefined) sessionStorage.removeItem(PURPOSE);
  else sessionStorage.setItem(PURPOSE, code);
}

/** Calls back when the server no longer knows who is asking. */
export function onSignedOut(told: () => void): () => void {
  signedOut.add(told);
  return () => {
    signedOut.delete(told);
  };
}

export const api = {
  get: <T>(path: string, options: Options = {}) => send<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options: Options = {}) => send<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options: Options = {}) => send<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options: Options = {}) => send<T>('PATCH', path, body, options),
  remove: <T>(path: string, options: Options = {}) => send<T>('DELETE', path, undefined, options),
  /** The bytes of an answer of any form; with a body, the answer to a POST. */
  file: async (path: string, body?: unknown, options: Options = {}): Promise<Blob> => {
    const response = await ask(body === undefined ? 'GET' : 'POST', path, body, { ...options, timeoutMs: FILE_MS });
    return response.blob();
  },
  /** The answer to a POST as it comes, for whoever tells how far it is; it lasts until it ends or is given up. */
  stream: (path: string, body: unknown, options: Options = {}) =>
    ask('POST', path, body, { ...options, timeoutMs: Infinity }),
};

async function send<T>(method: string, path: string, body: unknown, options: Options): Promise<T> {
  const response = await ask(method, path, body, options);
  const isEmpty = response.status === 204 || response.headers.get('content-length') === '0';
  return (isEmpty ? undefined : await response.json()) as T;
}

/** @throws Refusal */
async function ask(
  method: string,
  path: string,
  body: unknown,
  { query, signal, headers: more, timeoutMs = TIMEOUT_MS }: Options & { timeoutMs?: number },
): Promise<Response> {
  const headers: Record<string, string> = {
    accept: path.startsWith('/fhir') ? 'application/fhir+json' : 'application/json',
    'accept-language': i18next.language,
    // A form on a foreign page cannot set it: the server takes no change from a cookie without it.
    'x-banyan': 'app',
    ...more,
  };
  const purpose = sessionStorage.getItem(PURPOSE);
  if (purpose !== null) headers['x-purpose-of-use'] = purpose;
  if (body !== undefined)
    headers['content-type'] = path.startsWith('/fhir') ? 'application/fhir+json' : 'application/json';

  const limit = Number.isFinite(timeoutMs) ? AbortSignal.timeout(timeoutMs) : undefined;
  let response: Response;
  try {
    response = await fetch(path + queryText(query), {
      method,
      headers,
      credentials: 'same-origin',
      signal: AbortSignal.any([signal ?? [], limit ?? []].flat()),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new Refusal({ status: 0, kind: 'unreachable', message: i18next.t('shell:errors.unreachable') });
  }
  if (response.ok) return response;

  const refusal = await readRefusal(response);
  if (response.status === 401) for (const told of signedOut) told();
  throw refusal;
}

function queryText(query: Query | undefined): string {
  const terms = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') terms.set(name, String(value));
  }
  return terms.size === 0 ? '' : `?${terms}`;
}

/** Reads our own error or FHIR's OperationOutcome; anything else (a proxy's page) is told by its status alone. */
async function readRefusal(response: Response): Promise<Refusal> {
  const { status } = response;
  const told = await response.json().catch(() => undefined);
  if (isOurs(told)) return new Refusal({ status, ...told.error });
  if (isOutcome(told)) {
    const issues = told.issue.map((issue) => ({
      severity: issue.severity ?? 'error',
      code: issue.code ?? 'processing',
      message: issue.details?.text ?? issue.diagnostics ?? '',
      ...(issue.expression?.[0] !== undefined && { expression: issue.expression[0] }),
    }));
    return new Refusal({
      status,
      kind: issues[0]?.code ?? 'processing',
      message: issues[0]?.message ?? byStatus(status),
      issues,
    });
  }
  return new Refusal({ status, kind: 'unknown', message: byStatus(status) });
}

function byStatus(status: number): string {
  return i18next.t([`shell:errors.${status}`, status >= 500 ? 'shell:errors.server' : 'shell:errors.request'], {
    status,
  });
}

interface Ours {
  error: { kind: string; message: string; facts?: Record<string, unknown>; issues?: RefusalIssue[] };
}

function isOurs(told: unknown): told is Ours {
  return typeof (told as Ours | undefined)?.error?.message === 'string';
}

interface Outcome {
  issue: {
    severity?: string;
    code?: string;
    diagnostics?: string;
    details?: { text?: string };
    expression?: string[];
  }[];
}

function isOutcome(told: unknown): told is Outcome {
  return (told as { resourceType?: string } | undefined)?.resourceType === 'OperationOutcome';
}
