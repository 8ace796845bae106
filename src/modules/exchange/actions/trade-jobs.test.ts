import { expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { tradeJobs } from './trade-jobs.ts';

test('minutes of the meters are dropped an hour after they are over, days and months stay', async () => {
  const pool = await testDatabase();
  const ctx = testContext(pool);
  const order = ctx.newId();
  for (const span of ['minute', 'day', 'month'])
    for (const hours of [0, 2])
      await pool.run(sql`
        insert into exchange.meter (order_id, span, start, calls, rows)
        values (${order}, ${span}, ${new Date(ctx.now().getTime() - hours * 3_600_000)}, 1, 1)
      `);
  await tradeJobs({ pool })
    .find(({ name }) => name === 'exchange meters')
    ?.run(ctx);
  const left = await pool.rows(sql`select span, count(*)::int as n from exchange.meter group by span order by span`);
  expect(left).toEqual([
    { span: 'day', n: 2 },
    { span: 'minute', n: 1 },
    { span: 'month', n: 2 },
  ]);
});
