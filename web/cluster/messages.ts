import { joined } from '../ui/catalogue.ts';
import { matchingWords } from './matching-messages.ts';
import { policyWords } from './policy-messages.ts';
import { recordWords } from './record-messages.ts';

/** A line for each part. */
export const messages = joined([matchingWords, policyWords, recordWords]);
