import { joined } from '../ui/catalogue.ts';
import { actWords } from './act-messages.ts';
import { bookingWords } from './booking-messages.ts';
import { decisionWords } from './decision-messages.ts';
import { fundWords } from './funds-messages.ts';
import { matchingWords } from './matching-messages.ts';
import { meetingWords } from './meeting-messages.ts';
import { noticeWords } from './notices-messages.ts';
import { parksWords } from './parks-messages.ts';
import { policyWords } from './policy-messages.ts';
import { publicationWords } from './publications-messages.ts';
import { recordWords } from './record-messages.ts';
import { targetWords } from './targets-messages.ts';
import { viewWords } from './views-messages.ts';

/** A line for each part. */
export const messages = joined([
  bookingWords,
  actWords,
  decisionWords,
  fundWords,
  matchingWords,
  meetingWords,
  noticeWords,
  parksWords,
  policyWords,
  publicationWords,
  recordWords,
  targetWords,
  viewWords,
]);
