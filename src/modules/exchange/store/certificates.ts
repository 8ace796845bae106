import type { Context, Db, Tx } from '#kernel/context';
import { isId, sql } from '#kernel/sql';
import type { CertificateCore } from '#standards/credentials';
import type { CertificateEvent, CertificateKind, CertificateLine, CertificateState } from '../model.ts';

export interface StoredCertificate {
  id: string;
  kind: CertificateKind;
  core: CertificateCore;
  state: CertificateState;
  holder: string;
  issuedAt: Date;
  leaf: string;
  list: number;
  place: number;
  credential: object | null;
}

const CERTIFICATE = sql`id, kind, core, state, holder, issued_at as "issuedAt", leaf, list, place, credential`;

/** False when the place is taken already. */
export async function insertCertificate(
  tx: Tx,
  given: Pick<StoredCertificate, 'id' | 'kind' | 'core' | 'holder' | 'issuedAt' | 'leaf' | 'list' | 'place'> & {
    subject: string;
  },
): Promise<boolean> {
  const { id, kind, core, holder, issuedAt, leaf, list, place, subject } = given;
  const inserted = await tx.run(sql`
    insert into exchange.certificate (id, kind, subject, holder, core, issued_at, leaf, list, place)
    values (${id}, ${kind}, ${subject}, ${holder}, ${JSON.stringify(core)}::json, ${issuedAt}, ${leaf}, ${list}, ${place})
    on conflict (list, place) do nothing
  `);
  if (inserted === 0) return false;
  await tx.run(sql`
    insert into exchange.status_list (id, purpose) values (${list}, 'revocation'), (${list}, 'suspension')
    on conflict (id, purpose) do nothing
  `);
  return true;
}

/** The list that is being filled. */
export async function currentList(db: Db): Promise<number> {
  const { list } = await db.one<{ list: number }>(sql`select coalesce(max(id), 0) as list from exchange.status_list`);
  return list;
}

export function findCertificate(db: Db, id: string): Promise<StoredCertificate | undefined> {
  return db.maybe<StoredCertificate>(sql`select ${CERTIFICATE} from exchange.certificate where ${isId(sql`id`, id)}`);
}

/** The certificate, held until the transaction ends. @throws Problem `not-found` */
export function holdCertificate(tx: Tx, id: string): Promise<StoredCertificate> {
  return tx.one<StoredCertificate>(
    sql`select ${CERTIFICATE} from exchange.certificate where ${isId(sql`id`, id)} for update`,
  );
}

/** The new state, with its reason; the lists that it changes are signed anew. */
export async function moveCertificate(
  ctx: Context,
  tx: Tx,
  { id, list }: Pick<StoredCertificate, 'id' | 'list'>,
  { state, reason }: { state: CertificateState; reason: string },
): Promise<void> {
  await tx.run(sql`update exchange.certificate set state = ${state} where id = ${id}`);
  await tx.run(sql`
    insert into exchange.certificate_event (certificate, id, at, state, reason, actor_name)
    values (${id}, ${ctx.newId()}, ${ctx.now()}, ${state}, ${reason}, ${ctx.actor.name})
  `);
  await tx.run(sql`update exchange.status_list set revision = revision + 1 where id = ${list}`);
}

/** Waiting for their signature, the oldest first. */
export function findUnsigned(db: Db, limit: number): Promise<(StoredCertificate & ListAddresses)[]> {
  return db.rows<StoredCertificate & ListAddresses>(sql`
    select ${CERTIFICATE},
      (select address from exchange.status_list as named where named.id = list and purpose = 'revocation') as revocation,
      (select address from exchange.status_list as named where named.id = list and purpose = 'suspension') as suspension
    from exchange.certificate as certificate where credential is null order by issued_at, id limit ${limit}
  `);
}
interface ListAddresses {
  revocation: string;
  suspension: string;
}

export async function keepCredential(tx: Tx, id: string, credential: object, at: Date): Promise<void> {
  await tx.run(sql`
    update exchange.certificate set credential = ${JSON.stringify(credential)}::json, completed_at = ${at} where id = ${id}
  `);
}

/** Certificates with the state that they have now, the newest first; of one holder, or of all. */
export function findCertificates(
  db: Db,
  { holder, limit }: { holder?: string; limit: number },
): Promise<CertificateLine[]> {
  return db.rows<CertificateLine>(sql`
    select id, kind, core->'credentialSubject'->'title' as title, subject, core->'credentialSubject'->'holder' as holder, state,
      credential is not null as signed, issued_at as "issuedAt", core->>'validUntil' as "validUntil"
    from exchange.certificate where ${holder === undefined ? sql`true` : sql`holder = ${holder}`}
    order by issued_at desc, id limit ${limit}
  `);
}

export interface StatusList {
  id: number;
  purpose: 'revocation' | 'suspension';
  address: string;
  revision: number;
  credential: object | null;
}

/** Gives new lists the address under which certificates will name them. */
export async function nameLists(tx: Tx, root: string): Promise<void> {
  await tx.run(sql`
    update exchange.status_list set address = ${root} || '/' || id || '/' || purpose where address is null
  `);
}

/** Lists that say less than is known, or that were signed before. */
export function findStaleLists(db: Db, before: Date, limit: number): Promise<StatusList[]> {
  return db.rows<StatusList>(sql`
    select id, purpose, address, revision, credential from exchange.status_list
    where address is not null and (revision > signed_revision or signed_at < ${before})
    order by id, purpose limit ${limit}
  `);
}

export async function findPlaces(db: Db, { id, purpose }: StatusList): Promise<number[]> {
  const rows = await db.rows<{ place: number }>(sql`
    select place from exchange.certificate
    where list = ${id} and state = ${purpose === 'revocation' ? 'revoked' : 'suspended'} order by place
  `);
  return rows.map(({ place }) => place);
}

export async function keepList(tx: Tx, list: StatusList, credential: object, at: Date): Promise<void> {
  await tx.run(sql`
    update exchange.status_list
    set credential = ${JSON.stringify(credential)}::json, signed_revision = ${list.revision}, signed_at = ${at}
    where id = ${list.id} and purpose = ${list.purpose}
  `);
}

export function findList(db: Db, id: number, purpose: string): Promise<StatusList | undefined> {
  return db.maybe<StatusList>(sql`
    select id, purpose, address, revision, credential from exchange.status_list where id = ${id} and purpose = ${purpose}
  `);
}

export async function noteIssuer(tx: Tx, multikey: string, at: Date): Promise<void> {
  await tx.run(sql`
    insert into exchange.certificate_issuer (multikey, first_used) values (${multikey}, ${at})
    on conflict (multikey) do nothing
  `);
}

/** The newest first. */
export async function findIssuers(db: Db): Promise<string[]> {
  const rows = await db.rows<{ multikey: string }>(
    sql`select multikey from exchange.certificate_issuer order by first_used desc, multikey limit 100`,
  );
  return rows.map(({ multikey }) => multikey);
}

export function findCertificateEvents(db: Db, id: string): Promise<CertificateEvent[]> {
  return db.rows<CertificateEvent>(sql`
    select at, state, reason, actor_name as "actorName" from exchange.certificate_event
    where ${isId(sql`certificate`, id)} order by at desc, id limit 200
  `);
}
