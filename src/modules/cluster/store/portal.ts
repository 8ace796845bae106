import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, any, isId, sql } from '#kernel/sql';
import type {
  GivenFigures,
  ParkNotice,
  QuarterFigures,
  RequestKind,
  RequestMessage,
  RequestState,
  TenantRequest,
} from '../model.ts';
import { type Reach, within } from './spoken.ts';

export type StoredRequest = Omit<TenantRequest, 'dueAt' | 'late' | 'madeAt'> & { dueAt: Date | null; madeAt: Date };

const REQUEST = sql`
  request.park, request.id, park.name as "parkName", park.name_zh as "parkNameZh", request.tenant, tenant.name as "tenantName", tenant.name_zh as "tenantNameZh", request.kind, request.title, request.state,
  request.due_at as "dueAt", request.mark, request.made_at as "madeAt", request.revision`;
const REQUESTS = sql`
  cluster.tenant_request as request join cluster.thing as park on park.id = request.park join cluster.thing as tenant on tenant.id = request.tenant`;

/** Either side's own. */
function seenBy({ parks, tenants }: { parks: Reach; tenants: Reach }) {
  return any([within(sql`request.park`, parks), within(sql`request.tenant`, tenants)]);
}

/** What waits first, the soonest due at the top; then what is closed. */
export function findRequests(
  db: Db,
  sides: { parks: Reach; tenants: Reach },
  { park, limit }: { park?: string; limit: number },
): Promise<StoredRequest[]> {
  const terms = [seenBy(sides)];
  if (park !== undefined) terms.push(sql`request.park = ${park}`);
  return db.rows<StoredRequest>(sql`
    select ${REQUEST} from ${REQUESTS} where ${all(terms)}
    order by request.state = 'closed', request.due_at nulls last, request.made_at desc, request.id limit ${limit}
  `);
}

/** The request, held until the transaction ends. @throws Problem `not-found`, also where it is others' */
export async function holdRequest(tx: Tx, sides: { parks: Reach; tenants: Reach }, id: string): Promise<StoredRequest> {
  const found = await tx.maybe<StoredRequest>(sql`
    select ${REQUEST} from ${REQUESTS} where ${isId(sql`request.id`, id)} and ${seenBy(sides)} for update of request
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such request');
  return found;
}

export async function insertRequest(
  ctx: Context,
  tx: Tx,
  { park, tenant, kind, title, dueAt }: { park: string; tenant: string; kind: RequestKind; title: string; dueAt: Date },
): Promise<string> {
  const id = ctx.newId();
  await tx.run(sql`
    insert into cluster.tenant_request (park, id, tenant, kind, title, state, due_at, made_by, made_at, updated_at)
    values (${park}, ${id}, ${tenant}, ${kind}, ${title}, 'open', ${dueAt}, ${ctx.actor.id}, ${ctx.now()}, ${ctx.now()})
  `);
  return id;
}

export async function saveRequest(
  ctx: Context,
  tx: Tx,
  {
    park,
    id,
    state,
    dueAt,
    mark,
  }: { park: string; id: string; state: RequestState; dueAt: Date | null; mark: number | null },
): Promise<void> {
  await tx.run(sql`
    update cluster.tenant_request set state = ${state}, due_at = ${dueAt}, mark = ${mark}, updated_at = ${ctx.now()}, revision = revision + 1
    where park = ${park} and id = ${id}
  `);
}

export async function insertMessage(
  ctx: Context,
  tx: Tx,
  { park, request, side, words }: { park: string; request: string; side: 'tenant' | 'park'; words: string },
): Promise<void> {
  await tx.run(sql`
    insert into cluster.tenant_message (park, request, n, side, words, by_account, by_name, at)
    select ${park}, ${request}, coalesce(max(n), 0) + 1, ${side}, ${words}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.tenant_message where park = ${park} and request = ${request}
  `);
}

export function findMessages(db: Db, park: string, request: string): Promise<RequestMessage[]> {
  return db.rows<RequestMessage>(sql`
    select n, side, words, by_name as by, at from cluster.tenant_message
    where park = ${park} and ${isId(sql`request`, request)} order by n limit 300
  `);
}

export async function insertNotice(
  ctx: Context,
  tx: Tx,
  { park, title, words, until }: { park: string; title: string; words: string; until: string | null },
): Promise<string> {
  const id = ctx.newId();
  await tx.run(sql`
    insert into cluster.park_notice (park, id, title, words, at, until, by_name)
    values (${park}, ${id}, ${title}, ${words}, ${ctx.now()}, ${until}, ${ctx.actor.name})
  `);
  return id;
}

/** Of these parks, still true on the day, the newest first. */
export function findNotices(db: Db, parks: readonly string[], today: string): Promise<ParkNotice[]> {
  return db.rows<ParkNotice>(sql`
    select notice.id, notice.park, park.name as "parkName", park.name_zh as "parkNameZh", notice.title, notice.words, notice.at, notice.until
    from cluster.park_notice as notice join cluster.thing as park on park.id = notice.park
    where notice.park = any(${[...parks]}::text[]) and (notice.until is null or notice.until >= ${today})
    order by notice.at desc, notice.id limit 50
  `);
}

/** The newest of each quarter, of these tenants. */
export function findFigures(db: Db, tenants: Reach, limit: number): Promise<GivenFigures[]> {
  return db.rows<GivenFigures>(sql`
    select * from (
      select distinct on (given.tenant, given.quarter) given.tenant, tenant.name as "tenantName", tenant.name_zh as "tenantNameZh", given.quarter, given.revenue_fen as "revenueFen",
        given.jobs, given.rd_fen as "rdFen", given.at, given.by_name as by
      from cluster.quarter_figures as given join cluster.thing as tenant on tenant.id = given.tenant
      where ${within(sql`given.tenant`, tenants)} order by given.tenant, given.quarter, given.n desc
    ) as newest
    order by quarter desc, tenant limit ${limit}
  `);
}

export async function insertFigures(ctx: Context, tx: Tx, tenant: string, figures: QuarterFigures): Promise<void> {
  const { quarter, revenueFen, jobs, rdFen } = figures;
  await tx.run(sql`
    insert into cluster.quarter_figures (tenant, quarter, n, revenue_fen, jobs, rd_fen, by_name, at)
    select ${tenant}, ${quarter}, coalesce(max(n), 0) + 1, ${revenueFen}, ${jobs}, ${rdFen}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.quarter_figures where tenant = ${tenant} and quarter = ${quarter}
  `);
}
