import type { Config } from '#kernel/config';
import type { Job } from '#kernel/jobs';
import type { Lake } from '#kernel/lake';
import type { NoteSigner } from '#standards/merkle';
import { certificateJob } from './certificate-signing.ts';
import { paymentsJob } from './money.ts';
import { ordersJob } from './orders.ts';
import { pushesJob } from './pushes.ts';

/** What the exchange's jobs work with. */
export interface ExchangeParts {
  lake: Lake;
  config: Config;
  ledgerKey: NoteSigner;
  /** The address people use, without a slash at the end. */
  publicUrl(): string;
}

/** A line for each part that has one. */
export function exchangeJobs(parts: ExchangeParts): Job[] {
  return [certificateJob(parts), paymentsJob, ordersJob, pushesJob({ allowInside: false })];
}
