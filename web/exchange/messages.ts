import { joined } from '../ui/catalogue.ts';
import { offering } from './offering-messages.ts';

/** A line for each part. */
export const messages = joined([offering]);
