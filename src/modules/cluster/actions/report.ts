import { recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { printPdf } from '#kernel/document';
import { writeWorkbook } from '../intake/index.ts';
import { propertyOf, type QuarterlyReport } from '../model.ts';
import { quarterOf, reportDocument, reportSections, reportSheets, todayOf } from '../rules/index.ts';
import { findConflicts } from '../store/index.ts';
import { listFunds } from './funds.ts';
import { readLadder } from './ladder.ts';
import { readFunnel } from './projects.ts';
import { listTargets } from './targets.ts';

const REPORT = 'cluster.target.write';

/** The report of this quarter to date, from the very readings that the pages show. */
export async function readReport(ctx: Context): Promise<QuarterlyReport> {
  ctx.require(REPORT);
  const today = todayOf(ctx.now());
  const { year, quarter } = quarterOf(today);
  const examples = false;
  const parts = {
    targets: (await listTargets(ctx, { examples })).targets,
    ladder: await readLadder(ctx, { examples }),
    funds: (await listFunds(ctx, { examples })).funds,
    funnel: await readFunnel(ctx, { examples }),
    conflicts: await findConflicts(ctx.db),
    properties: propertyOf,
  };
  return {
    quarter: `${year}-Q${quarter}`,
    to: today,
    madeAt: ctx.now().toISOString(),
    sections: reportSections(parts, ctx.language),
  };
}

export async function printReport(ctx: Context, format: 'pdf' | 'xlsx'): Promise<Buffer> {
  const report = await readReport(ctx);
  await recordRead(ctx, { act: 'cluster.report-printed', subject: `report/${report.quarter}`, detail: { format } });
  if (format === 'xlsx') return writeWorkbook(reportSheets(report));
  return printPdf(reportDocument(report, { language: ctx.language, at: ctx.now() }));
}
