import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Issue, Problem } from '#kernel/problem';
import type { Stored } from '../store.ts';
import { versionOf } from '../tags.ts';
import type { Written } from '../write.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** @throws Problem `not-acceptable` when the caller takes nothing that is written here: JSON only */
export function requireJson(request: FastifyRequest): void {
  const format = paramsOf(request).get('_format');
  const accepted = format ?? request.headers.accept ?? '*/*';
  if (accepted.split(',').some((type) => JSON_TYPE.test(type.trim()))) return;
  throw new Problem('not-acceptable', 'answers are written as JSON only: ask for application/fhir+json');
}
// A plus sign in a query that was not escaped arrives as a space.
const JSON_TYPE = /^(\*\/\*|application\/\*|(application\/)?(fhir[+ ])?json|text\/json)(;|$)/i;

export function paramsOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

/** The version a caller names in If-Match. @throws Problem `invalid` */
export function ifMatchOf(request: FastifyRequest): number | '*' | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  const version = versionOf(header);
  if (version === undefined) throw new Problem('invalid', 'If-Match names a version: W/"3"');
  return version;
}

/** `Prefer: handling=lenient, return=minimal` as a map. */
export function preferencesOf(request: FastifyRequest): Map<string, string> {
  const header = [request.headers['prefer'] ?? []].flat().join(',');
  return new Map(header.split(/[,;]/).map((part) => part.trim().split('=') as [string, string]));
}

export function send(reply: FastifyReply, text: string): FastifyReply {
  return reply.type(FHIR_JSON).send(text);
}

export function sendObject(reply: FastifyReply, object: object): FastifyReply {
  return send(reply, JSON.stringify(object));
}

/** A version of a resource, or 304 when the caller has it already. */
export function sendVersion(
  request: FastifyRequest,
  reply: FastifyReply,
  stored: Stored,
  content = stored.content!,
): FastifyReply {
  tellVersion(reply, stored);
  return isKnown(request, stored) ? reply.code(304).send() : send(reply, content);
}

function tellVersion(reply: FastifyReply, { version, updated }: Stored): void {
  reply.header('etag', `W/"${version}"`).header('last-modified', updated.toUTCString());
}

function isKnown(request: FastifyRequest, { version, updated }: Stored): boolean {
  const tag = request.headers['if-none-match'];
  if (tag !== undefined) return tag.split(',').some((one) => one.trim().replace(/^W\//, '') === `"${version}"`);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return Math.floor(updated.getTime() / 1000) * 1000 <= since;
}

/** What was written, as much of it as the caller prefers. */
export function sendWritten(
  request: FastifyRequest,
  reply: FastifyReply,
  base: string,
  written: Written,
): FastifyReply {
  const { type, id, version, op, content } = written;
  tellVersion(reply, written);
  if (op === 'deleted' || content === null) return reply.code(204).send();
  reply.code(op === 'created' ? 201 : 200);
  reply.header('location', `${base}/${type}/${id}/_history/${version}`);
  const preferred = preferencesOf(request).get('return');
  if (preferred === 'minimal') return reply.send();
  if (preferred === 'OperationOutcome')
    return sendObject(reply, outcome([{ severity: 'information', code: 'informational', message: op }]));
  return send(reply, content);
}

export function outcome(issues: readonly Issue[]): object {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, message, expression }) => ({
      severity,
      code,
      diagnostics: message,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}

/** The outcome of a failure inside a batch, where no HTTP answer of its own tells it. */
export function outcomeOf(problem: Problem): object {
  const { issues, message, issueCode: code } = problem;
  return outcome(issues.length > 0 ? issues : [{ severity: 'error', code, message }]);
}
