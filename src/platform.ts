import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  accessRoutes,
  checkToken,
  disableDemoAccounts,
  ensureAdministrator,
  ensureDemoAccounts,
  externalIssuer,
  issueServiceToken,
  oidcKeeper,
  openAccess,
  openOidc,
  sweeper,
} from '#kernel/access';
import type { Config } from '#kernel/config';
import { type Context, systemContext } from '#kernel/context';
import { fhirRoutes } from '#kernel/fhir';
import {
  type Door,
  type HealthCheck,
  kernelRoutes,
  languageOf,
  makeServer,
  type Routes,
  servePages,
  translate,
} from '#kernel/http';
import { type Job, startJobs } from '#kernel/jobs';
import {
  clusterOf,
  exportRoutes,
  lakeFeed,
  lakePageRoutes,
  lakeTokenRoutes,
  openLake,
  operationRoutes,
  startExports,
  startKeeper,
  storeBuiltInViews,
} from '#kernel/lake';
import { ledgerRoutes, openKey, sealer } from '#kernel/ledger';
import { makeLog } from '#kernel/log';
import { startMetrics, startTraces } from '#kernel/metrics';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { holdFolder, MIGRATIONS, migrate, openDatabase, openPool, sql } from '#kernel/sql';
import { clusterJobs, clusterRoutes, loadClusterFacts } from '#modules/cluster';
import { custodyRoutes, partitionJob, recountJob, startMqtt } from '#modules/custody';
import { exchangeJobs, exchangeRoutes, protocolHearer } from '#modules/exchange';
import { laboratoryRoutes, loadIntervals } from '#modules/laboratory';
import { recordsRoutes, startMllpServer, startReceiver } from '#modules/records';
import { reportsJob, safetyJob, signalsRoutes, startComputing, startStudies, watchJob } from '#modules/signals';
import { buildWeb, WEB_DIST } from '../web/build.ts';
import { placeDemoAccounts } from './demo.ts';
import { APART, HEARERS, LAKE_TABLES } from './hearers.ts';
import { startRegionProcess } from './region.ts';

export interface Platform {
  /** What a newcomer is told: addresses and accounts. */
  greeting: readonly string[];
  httpUrl: string;
  ctx: Context;
  stop(): Promise<void>;
}

/** Everything that runs, in the order in which it starts; it stops in the opposite order. */
export async function startPlatform(config: Config, say: (line: string) => void): Promise<Platform> {
  const log = makeLog(config.logLevel);
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse())
      await step().catch((error) => log.error({ error }, 'a part did not stop cleanly'));
  };
  const began = Date.now();
  const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    const from = Date.now();
    const result = await work();
    say(`  ${title.padEnd(40)} ${((Date.now() - from) / 1000).toFixed(1)} s`);
    return result;
  };

  try {
    const metrics = startMetrics();
    undo.push(startTraces().stop);
    for (const port of [config.port, config.mllpPort, config.mqttPort]) await mustBeFree(config.host, port);
    undo.push(await holdFolder(config.data));

    // It comes up meanwhile, and whoever asks it waits for it: everything but questions over many works without it.
    const lake = openLake(config, {
      onRevived: () => log.warn({}, 'the lake died and was started again'),
      onLost: (problem) => log.error({ error: problem }, 'the lake does not start'),
    });
    undo.push(lake.close);
    // The app is built meanwhile; a failure is told where it is awaited.
    const building = buildWeb();
    building.catch(() => {});
    const database = await step('database', () =>
      openDatabase(config, {
        onRevived: () => log.warn({}, 'the database died and was started again'),
        onLost: (problem) => log.error({ error: problem }, 'the database died and does not start again'),
      }),
    );
    undo.push(database.release);
    const pool = openPool(database.url, { size: 20 });
    undo.push(pool.end);
    const ctx = systemContext({ db: pool, log }, 'platform');
    // Our own database may be killed while the program starts, and is back within seconds; what is done patiently may be done twice.
    const patiently = <T>(work: () => Promise<T>) => (config.databaseUrl === undefined ? whileAway(work) : work());
    await step('migrations', () => patiently(() => migrate(pool, MIGRATIONS)));
    const ledgerKey = await patiently(() => openKey(pool, config.data, ctx.now()));
    await step('app', () => building);
    const publicUrl = () => config.publicUrl?.replace(/\/$/, '') ?? httpUrl;
    const external = externalIssuer(config, publicUrl);
    const oidc = await patiently(() => openOidc(ctx, { db: pool, log, publicUrl, external }));
    const access = openAccess({ pool, log, languageOf, translate, checkJwt: oidc.checkJwt });
    const administrator = await step('accounts', () => patiently(() => ensureAdministrator(ctx, config)));
    const demo = await patiently(() =>
      config.region ? ensureDemoAccounts(ctx) : disableDemoAccounts(ctx).then(() => []),
    );

    listensTo([...HEARERS, ...APART]);
    await step('facts', () =>
      patiently(async () => {
        await loadIntervals(ctx);
        await storeBuiltInViews(ctx);
        await loadClusterFacts(ctx);
      }),
    );

    const computing = startComputing();
    undo.push(computing.stop);
    const exports = startExports(ctx, lake, config.data);
    undo.push(exports.stop);
    const door: Door = {
      config,
      pool,
      log,
      lake,
      publicUrl,
      context: access.context,
    };
    const cluster = clusterOf(config.lakeUrl);
    const kept = { lake, db: pool, tables: LAKE_TABLES, ...(cluster === undefined ? {} : { cluster }) };
    const routes: Routes[] = [
      kernelRoutes,
      accessRoutes(access),
      oidc.routes(access),
      fhirRoutes,
      (app, parts) => operationRoutes(app, parts, lake, { tables: LAKE_TABLES }),
      (app, parts) => exportRoutes(app, parts, exports),
      (app) => lakeTokenRoutes(app, access),
      (app, parts) => lakePageRoutes(app, parts, kept),
      ledgerRoutes,
      recordsRoutes,
      custodyRoutes,
      laboratoryRoutes,
      (app, parts) => signalsRoutes(app, parts, computing),
      exchangeRoutes,
      clusterRoutes,
      servePages(WEB_DIST),
    ];
    let wakeKeeper = (): void => {};
    const feed = lakeFeed({ lake, db: pool, tables: LAKE_TABLES, viewsChanged: () => wakeKeeper() });
    let isUp = false;
    const receiver = startReceiver(ctx);
    const health: HealthCheck[] = [
      { name: 'lake', check: async () => (await lake.trouble()) ?? feed.trouble(), isOptional: true },
      { name: 'messages', check: async () => receiver.trouble },
      { name: 'platform', check: async () => (isUp ? undefined : 'still starting') },
      {
        name: 'database',
        check: () =>
          pool.rows(sql`select 1`).then(
            () => undefined,
            (error: Error) => error.message,
          ),
      },
    ];
    let httpUrl = `http://${config.host}:${config.port}`;
    const app = await makeServer({ door, routes, health, metrics });
    access.noteDenials(app);
    httpUrl = await step('HTTP', () => app.listen({ host: config.host, port: config.port }));
    undo.push(() => app.close());

    const deliveries = await startDeliveries(ctx, pool, HEARERS, { workers: config.workers });
    undo.push(deliveries.stop);
    const keeper = await startKeeper(ctx, kept);
    wakeKeeper = keeper.wake;
    undo.push(keeper.stop);
    // By itself, so that nobody waits for the lake.
    const first = HEARERS.map(({ name }) => name);
    const feeding = await startDeliveries(ctx, pool, [feed], {
      workers: 1,
      restMs: 3_000,
      giveWay: { to: first, waiting: 500, restMs: 20_000, mostLateMs: 180_000 },
    });
    undo.push(feeding.stop);
    const talking = await startDeliveries(ctx, pool, [protocolHearer(door)], { workers: 2 });
    undo.push(talking.stop);
    const mllp = await step('HL7 v2 over MLLP', () =>
      startMllpServer(ctx, receiver, { host: config.host, port: config.mllpPort }),
    );
    undo.push(mllp.stop);
    const mqtt = await step('MQTT', () =>
      startMqtt(ctx, pool, {
        host: config.host,
        port: config.mqttPort,
        authenticate: async (token) => (await checkToken(pool, token, ctx.now(), oidc.checkJwt)).actor,
      }),
    );
    undo.push(mqtt.stop);
    const jobs: Job[] = [
      sweeper,
      oidcKeeper,
      sealer(ledgerKey),
      partitionJob,
      recountJob,
      reportsJob,
      watchJob({ lake, computing }),
      safetyJob({ computing }),
      ...exchangeJobs({ ...door, ledgerKey }),
      ...clusterJobs(door),
    ];
    undo.push(startJobs(ctx, pool, jobs).stop);
    undo.push(startStudies(ctx, computing).stop);
    isUp = true;

    if (config.region) {
      const token = await issueServiceToken(ctx, {
        username: 'region',
        name: 'Synthetic region',
        roles: ['administrator'],
        everything: true,
      });
      const region = await step('synthetic region', () => startRegionProcess(config, { url: httpUrl, token, log }));
      undo.push(region.stop);
      const place = () =>
        placeDemoAccounts(ctx).catch((error) => {
          log.error({ error }, 'the demo accounts found no place');
          return false;
        });
      // At night the region has no result to tell at first: what comes later comes from its past.
      const placing = new AbortController();
      undo.push(async () => placing.abort());
      const placeAll = async () => {
        for (let tries = 0; tries < PLACE_TRIES && !placing.signal.aborted && !(await place()); tries += 1)
          await sleep(PLACE_EVERY_MS, undefined, { ref: false });
      };
      await place();
      void region.caughtUp.then(placeAll);
    }

    const greeting = [
      `Banyan is ready after ${((Date.now() - began) / 1000).toFixed(1)} s: ${httpUrl}`,
      `  HL7 v2 over MLLP on port ${config.mllpPort}, MQTT on port ${config.mqttPort}, settings: docs/settings.md`,
      ...(administrator.password === undefined ? [] : [`  admin, password (shown once): ${administrator.password}`]),
      ...(administrator.token === undefined ? [] : [`  operator's token (shown once): ${administrator.token}`]),
      ...demo.map(({ username, password }) => `  ${username.padEnd(28)} ${password}`),
    ];
    return { greeting, httpUrl, ctx, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const PLACE_TRIES = 200;
const PLACE_EVERY_MS = 3_000;

const AWAY_MS = 20_000;

/** Begins again what failed because the database was away, until it is back or the time is over. */
async function whileAway<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + AWAY_MS; ; await sleep(200)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'unavailable' || Date.now() > until) throw error;
    }
  }
}

/** @throws Problem `conflict` that names the port and the setting to change */
async function mustBeFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Problem(
          'conflict',
          'a port is taken: stop the other program or choose another port by PORT, MLLP_PORT or MQTT_PORT',
          { host, port, code: error.code },
        ),
      ),
    );
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}
