import type { FastifyRequest } from 'fastify';
import type { Language } from '#kernel/context';

export type { Language };

/** The language of the answer: what the person chose in the app (header x-banyan-language), else Accept-Language. */
export function languageOf(request: FastifyRequest): Language {
  const chosen = request.headers['x-banyan-language'] ?? request.headers['accept-language'];
  return /^\s*zh/i.test(String(chosen ?? '')) ? 'zh' : 'en';
}
