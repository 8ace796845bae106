import type { Config } from '#kernel/config';
import type { Job } from '#kernel/jobs';
import type { Lake } from '#kernel/lake';
import type { Pool } from '#kernel/sql';
import type { NoteSigner } from '#standards/merkle';
import { certificateJob } from './certificate-signing.ts';
import { noticeJob } from './compliance.ts';
import { contentJob } from './contents.ts';
import { exampleJob } from './example.ts';
import { tradeJobs } from './trade-jobs.ts';
import { venueJob } from './venues.ts';

/** What the exchange's jobs work with. */
export interface ExchangeParts {
  lake: Lake;
  /** For work whose parts commit one by one. */
  pool: Pool;
  config: Config;
  ledgerKey: NoteSigner;
  /** The address people use, without a slash at the end. */
  publicUrl(): string;
}

/** A line for each part that has one. */
export function exchangeJobs(parts: ExchangeParts): Job[] {
  return [
    contentJob(parts),
    noticeJob(parts),
    venueJob(parts),
    certificateJob({ ...parts, sm2: parts.config.certificateSignatures === 'ed25519+sm2' }),
    ...tradeJobs(parts),
    ...(parts.config.region ? [exampleJob(parts)] : []),
  ];
}
