import type { FastifyInstance } from 'fastify';
import { readConfig } from '#kernel/config';
import { type Context, systemContext } from '#kernel/context';
import { type Door, makeServer } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { startMetrics } from '#kernel/metrics';
import { type Deliveries, listensTo, startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import { exchangeRoutes, PROTOCOL_LISTENER, protocolHearer } from '#modules/exchange';
import { noLake } from './lake.ts';

/** The exchange's part of a platform, listening on a port of its own: its doors, and what it says to others. */
export interface Connector {
  url: string;
  app: FastifyInstance;
  deliveries: Deliveries;
  stop(): Promise<void>;
}

/** @param contextOf who is signed in, for the doors that people use; nobody unless said */
export async function startConnector(pool: Pool, contextOf?: Door['context']): Promise<Connector> {
  listensTo([PROTOCOL_LISTENER]);
  const ctx: Context = systemContext({ db: pool, log: silentLog }, 'platform');
  let url = '';
  const nobody: Door['context'] = async () => {
    throw new Problem('unauthenticated', 'nobody is signed in');
  };
  const door: Door = {
    config: readConfig({}),
    pool,
    log: silentLog,
    lake: noLake,
    publicUrl: () => url,
    context: contextOf ?? nobody,
  };
  const app = await makeServer({ door, routes: [exchangeRoutes], health: [], metrics: startMetrics() });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  const deliveries = await startDeliveries(ctx, pool, [protocolHearer(door)], { workers: 12 });
  return {
    url,
    app,
    deliveries,
    async stop() {
      await deliveries.stop();
      await app.close();
    },
  };
}
