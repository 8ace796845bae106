import { joined } from '../ui/catalogue.ts';
import { defining } from './definition-messages.ts';
import { working } from './desk-messages.ts';
import { layering } from './layer-messages.ts';
import { reporting } from './report-messages.ts';
import { guarding } from './safety-messages.ts';
import { stocking } from './stocks-messages.ts';
import { studying } from './study-messages.ts';
import { watching } from './watch-messages.ts';

export const messages = joined([studying, stocking, watching, working, defining, layering, reporting, guarding]);
