import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessRoutes, createAccount, openAccess } from '#kernel/access';
import { readConfig } from '#kernel/config';
import { type Door, languageOf, makeServer, servePages, translate } from '#kernel/http';
import { ledgerRoutes, openKey, seal } from '#kernel/ledger';
import { silentLog } from '#kernel/log';
import { startMetrics } from '#kernel/metrics';
import { MIGRATIONS, migrate, openPool, startEmbedded } from '#kernel/sql';
import { signCertificates } from '../../src/modules/exchange/actions/certificate-signing.ts';
import { issueCertificate } from '../../src/modules/exchange/actions/index.ts';
import type { CertificateKind } from '../../src/modules/exchange/model.ts';
import { certificateRoutes } from '../../src/modules/exchange/routes/certificates.ts';
import { buildWeb, WEB_DIST } from '../../web/build.ts';
import { testContext } from '../support/context.ts';
import { noLake } from '../support/lake.ts';

/** The true pages, ledger and certificates, with trades that nobody had to wait for: an offering's way to its certificate takes days. */
export interface StandIn {
  url: string;
  regulator: { username: string; password: string };
  issue(kind: CertificateKind): Promise<string>;
  /** Seals and signs what waits. */
  work(): Promise<void>;
  close(): Promise<void>;
}

export async function standForTrades(): Promise<StandIn> {
  await buildWeb();
  const folder = await mkdtemp(join(tmpdir(), 'banyan-certificates-'));
  const server = await startEmbedded({ folder: join(folder, 'pg'), settings: { fsync: 'off' } });
  const pool = openPool(server.url, { size: 4 });
  await migrate(pool, MIGRATIONS);
  const ctx = testContext(pool, { now: () => new Date() });
  const ledgerKey = await openKey(pool, folder, ctx.now());
  const regulator = { username: 'regulator', password: 'Kapok-blooms-in-Liwan' };
  await createAccount(ctx, { ...regulator, name: 'Regulator', roles: ['regulator'], organizations: [] });
  const access = openAccess({ pool, log: silentLog, languageOf, translate });
  let url = 'http://127.0.0.1';
  const door: Door = {
    config: readConfig({}),
    pool,
    log: silentLog,
    lake: noLake,
    publicUrl: () => url,
    context: access.context,
  };
  const routes = [accessRoutes(access), ledgerRoutes, certificateRoutes, servePages(WEB_DIST)];
  const app = await makeServer({ door, routes, health: [], metrics: startMetrics() });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  let issued = 0;
  return {
    url,
    regulator,
    async issue(kind) {
      issued += 1;
      const { id } = await pool.transaction((tx) =>
        issueCertificate(ctx, tx, {
          kind,
          subject: {
            id: `offering/demonstration/${issued}`,
            title: {
              en: 'Regional distribution of breast-cancer molecular subtypes over time',
              zh: '区域乳腺癌分子分型的时间分布',
            },
          },
          holder: { id: 'Organization/laboratory', name: 'Laboratory of the region', nameZh: '区域检验中心' },
          claims: {
            offeringKind: 'dataset',
            version: 1,
            definitionDigest: 'Lk2r0u0k5cYpV1oWm0mJb5n2QJ4x1o3Xb0mE6v9cX1E',
            assessedAt: ctx.now().toISOString(),
            noticeWorkingDays: 3,
            demonstration: true,
          },
        }),
      );
      return id;
    },
    async work() {
      await seal(pool, ledgerKey, ctx.now());
      await pool.transaction((tx) => signCertificates({ ...ctx, db: tx }, { ledgerKey, publicUrl: () => url }));
    },
    async close() {
      await app.close();
      await pool.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
