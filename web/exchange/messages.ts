import { joined } from '../ui/catalogue.ts';
import { gate } from './gate-messages.ts';
import { offering } from './offering-messages.ts';
import { policyWords } from './policy-messages.ts';

/** A line for each part. */
export const messages = joined([gate, offering, policyWords]);
