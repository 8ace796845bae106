import { joined } from '../ui/catalogue.ts';
import { connecting } from './connector-messages.ts';
import { gate } from './gate-messages.ts';
import { negotiating } from './negotiation-messages.ts';
import { offering } from './offering-messages.ts';
import { policyWords } from './policy-messages.ts';
import { trading } from './trade-messages.ts';
import { verifying } from './verify-messages.ts';

/** A line for each part. */
export const messages = joined([connecting, gate, negotiating, offering, policyWords, trading, verifying]);
