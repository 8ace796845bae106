import type { Config } from '#kernel/config';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import { bookingExampleJob } from './booking-example.ts';
import { exampleJob } from './example.ts';
import { fundExampleJob } from './fund-example.ts';
import { meetingExampleJob } from './meeting-example.ts';
import { noticeJob } from './notices.ts';
import { parksExampleJob } from './parks-example.ts';
import { matchJob } from './policies/index.ts';
import { publicationsExampleJob } from './publications-example.ts';
import { targetReminderJob } from './targets.ts';
import { freshnessJob } from './upkeep.ts';

/** What the cluster's jobs work with. */
export interface ClusterParts {
  /** For work whose parts commit one by one. */
  pool: Pool;
  config: Config;
  /** The address people use, without a slash at the end. */
  publicUrl(): string;
}

/** A line for each part that has one. */
export function clusterJobs({ pool, config }: ClusterParts): Job[] {
  const examples = config.region
    ? [
        exampleJob(pool),
        fundExampleJob(pool),
        parksExampleJob(pool),
        meetingExampleJob(pool),
        bookingExampleJob(pool),
        publicationsExampleJob(pool),
      ]
    : [];
  return [freshnessJob, noticeJob, matchJob, targetReminderJob(pool), ...examples];
}
