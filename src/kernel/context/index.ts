import { randomUUID } from 'node:crypto';
import type { Log } from '#kernel/log';
import { Problem } from '#kernel/problem';

export const ROLES = [
  'administrator',
  'clinician',
  'laboratory-technician',
  'laboratory-director',
  'courier',
  'patient',
  'regulator',
  'researcher',
  'data-buyer',
  'enterprise',
  'park-operator',
  'investor',
  'system',
] as const;
export type Role = (typeof ROLES)[number];
export type Language = 'en' | 'zh';

/** Who acts. `permissions` were read with the actor, so that a decision needs no further look-up. */
export interface Actor {
  id: string;
  name: string;
  roles: readonly Role[];
  /** Ids of the FHIR Organizations the actor belongs to. */
  organizations: readonly string[];
  /** Id of the FHIR Patient the actor is, for a patient's own account. */
  patient?: string;
  permissions: ReadonlySet<string>;
  /** Why the actor looks, a code of http://terminology.hl7.org/CodeSystem/v3-ActReason, e.g. TREAT. */
  purpose: string;
  /** The reason typed when the actor broke the glass. */
  breakGlass?: string;
}

/** A query: its text with $1, $2 ... and the values for them. Made by the tag of #kernel/sql only. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  /** What was said of the query, or of any piece of it. */
  readonly marks?: readonly string[];
}

/** A PostgreSQL database, or a transaction on it. */
export interface Db {
  rows<T>(query: Sql): Promise<T[]>;
  /** The single row, or undefined when there is none. */
  maybe<T>(query: Sql): Promise<T | undefined>;
  /** The single row. @throws Problem `not-found` when there is none. */
  one<T>(query: Sql): Promise<T>;
  /** Runs a statement; the number of rows it touched. */
  run(query: Sql): Promise<number>;
  /** COPY FROM STDIN: the fastest way in. Arrays become PostgreSQL arrays, other objects JSON. */
  copy(table: string, columns: readonly string[], rows: Iterable<readonly unknown[]>): Promise<void>;
  /**
   * One transaction, tried again when PostgreSQL asks for it (serialization failure, deadlock);
   * `work` must therefore have no effect outside the database. Within a transaction: a savepoint.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}
export type Tx = Db;

/** What an act stands on: who, when, in what language, on which database. */
export interface Context {
  actor: Actor;
  db: Db;
  language: Language;
  requestId: string;
  /** The network address the request came from, where it came over the network. */
  address?: string;
  log: Log;
  now(): Date;
  newId(): string;
  /** @throws Problem `forbidden` when the actor does not hold the permission. */
  require(permission: string): void;
}

export interface ContextParts {
  actor: Actor;
  db: Db;
  log: Log;
  language?: Language;
  requestId?: string;
  address?: string;
  now?: () => Date;
  newId?: () => string;
}

export function makeContext(parts: ContextParts): Context {
  const { actor, db, log, language = 'en', address, now = () => new Date(), newId = randomUUID } = parts;
  const require = (permission: string): void => {
    if (holds(actor, permission)) return;
    throw new Problem('forbidden', 'this account may not do that', { permission, roles: actor.roles });
  };
  const requestId = parts.requestId ?? newId();
  return { actor, db, log, language, requestId, ...(address !== undefined && { address }), now, newId, require };
}

/** The same act on another database handle, usually a transaction. */
export function onDb(ctx: Context, db: Db): Context {
  return { ...ctx, db };
}

export function holds(actor: Actor, permission: string): boolean {
  return actor.permissions.has('*') || actor.permissions.has(permission);
}

/** The program itself as actor, for what no person started. */
export function systemContext(parts: Omit<ContextParts, 'actor'>, name: string): Context {
  const actor: Actor = {
    id: `system/${name}`,
    name,
    roles: ['system'],
    organizations: [],
    permissions: new Set(['*']),
    purpose: 'HOPERAT',
  };
  return makeContext({ ...parts, actor });
}
