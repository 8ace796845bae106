import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Issue, Problem } from '#kernel/problem';
import { type Language, languageOf } from './language.ts';
import { MESSAGES_ZH } from './messages-zh.ts';

/** Whatever was thrown, as a Problem; what is no Problem is a bug and tells the caller nothing but its number. */
export function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const { statusCode, code, message, validation } = error as Partial<FastifyError>;
  if (validation !== undefined) {
    const issues = validation.map(({ instancePath, message = '' }) => ({
      severity: 'error' as const,
      code: 'invalid',
      message,
      expression: instancePath.slice(1).replaceAll('/', '.'),
    }));
    return new Problem('invalid', 'the request is not as it should be', {}, { issues, cause: error });
  }
  if (statusCode === 413) return new Problem('too-large', 'the request is too large', {}, { cause: error });
  if (statusCode === 415) return new Problem('unsupported', 'this media type is not understood', {}, { cause: error });
  if (statusCode === 429) return new Problem('too-many', 'too many requests: wait a moment', {}, { cause: error });
  if (statusCode === 503)
    return new Problem('unavailable', 'the server is too busy: try again in a moment', {}, { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem('invalid', 'the request could not be read', { code, said: message }, { cause: error });
  }
  return undefined;
}

/** Under /fhir an OperationOutcome, elsewhere a small JSON object; both in the caller's language. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const problem = asProblem(error);
  const status = problem?.status ?? 500;
  const language = languageOf(request);
  const told = tell(problem, language, request.id);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="banyan"');
  if (status === 429 || status === 503) reply.header('retry-after', '2');
  reply.code(status);
  if (!request.url.startsWith('/fhir')) return reply.type('application/json').send({ error: told });
  return reply
    .type('application/fhir+json; charset=utf-8')
    .send(JSON.stringify(operationOutcome(problem, told.message)));
}

function tell(problem: Problem | undefined, language: Language, requestId: string) {
  if (problem === undefined) {
    const message = translate('the server made a mistake; it was written down under this number', language);
    return { kind: 'bug', message, facts: { requestId }, issues: [] as Issue[] };
  }
  const { kind, facts, issues } = problem;
  return {
    kind,
    message: translate(problem.message, language),
    facts,
    issues: issues.map((issue) => ({ ...issue, message: translate(issue.message, language) })),
  };
}

/** A FHIR OperationOutcome of a failure. */
export function operationOutcome(problem: Problem | undefined, message: string): object {
  const first: Issue = {
    severity: problem === undefined ? 'fatal' : 'error',
    code: problem?.issueCode ?? 'exception',
    message: withFacts(message, problem?.facts),
  };
  const issues = problem !== undefined && problem.issues.length > 0 ? problem.issues : [first];
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, message: diagnostics, expression }) => ({
      severity,
      code,
      diagnostics,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}

function withFacts(message: string, facts: Readonly<Record<string, unknown>> = {}): string {
  const told = Object.entries(facts).filter(([, value]) => value !== undefined);
  if (told.length === 0) return message;
  return `${message} (${told.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')})`;
}

/** The message in Chinese where the catalogue has it; a message without an entry stays in English. */
export function translate(message: string, language: Language): string {
  return language === 'zh' ? (MESSAGES_ZH[message] ?? message) : message;
}
