import type { Context, Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { CertificateEvent, CertificateKind, CertificateState } from '../model.ts';
import type { CertificateCore } from '../rules/certificates.ts';

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
  return db.maybe<StoredCertificate>(sql`select ${CERTIFICATE} from exchange.certificate where id::text = ${id}`);
}

/** The certificate, held until the transaction ends. @throws Problem `not-found` */
export function holdCertificate(tx: Tx, id: string): Promise<StoredCertificate> {
  return tx.one<StoredCertificate>(
    sql`select ${CERTIFICATE} from exchange.certificate where id::text = ${id} for update`,
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

export function findCertificateEvents(db: Db, id: string): Promise<CertificateEvent[]> {
  return db.rows<CertificateEvent>(sql`
    select at, state, reason, actor_name as "actorName" from exchange.certificate_event
    where certificate::text = ${id} order by at desc, id limit 200
  `);
}
