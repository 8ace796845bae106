import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { cohortRoutes } from './cohorts.ts';
import { lookRoutes } from './look.ts';
import { questionRoutes } from './questions.ts';

/** Persons and what happened to them, questions about many of them, and the messages that told of it. */
export function recordsRoutes(app: FastifyInstance, door: Door): void {
  lookRoutes(app, door);
  cohortRoutes(app, door);
  questionRoutes(app, door);
}
