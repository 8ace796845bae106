import { catalogue } from '../ui/catalogue.ts';
import { reporting } from './report-messages.ts';
import { watching } from './watch-messages.ts';

export const messages = catalogue({ en: { ...watching.en, ...reporting.en }, zh: { ...watching.zh, ...reporting.zh } });
