import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#kernel/config';
import type { Context } from '#kernel/context';
import type { Lake } from '#kernel/lake';
import type { Log } from '#kernel/log';
import type { Pool } from '#kernel/sql';

/** What every module's routes are given. */
export interface Door {
  config: Config;
  pool: Pool;
  log: Log;
  /** Columns of what was recorded, for questions over many. */
  lake: Lake;
  /** The address people use, without a slash at the end. */
  publicUrl(): string;
  /** The request's context with its actor. @throws Problem `unauthenticated` when nobody is signed in */
  context(request: FastifyRequest): Promise<Context>;
}

export type Routes = (app: FastifyInstance, door: Door) => void | Promise<void>;

/** A part that must be up before the platform calls itself ready, unless it is optional; answers with the reason when it is not. */
export interface HealthCheck {
  name: string;
  check(): Promise<string | undefined>;
  /** Without it the platform is degraded, and ready all the same. */
  isOptional?: boolean;
}
