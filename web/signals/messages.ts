import { catalogue } from '../ui/catalogue.ts';
import { working } from './desk-messages.ts';
import { reporting } from './report-messages.ts';
import { guarding } from './safety-messages.ts';
import { studying } from './study-messages.ts';
import { watching } from './watch-messages.ts';

export const messages = catalogue({
  en: { ...studying.en, ...watching.en, ...working.en, ...reporting.en, ...guarding.en },
  zh: { ...studying.zh, ...watching.zh, ...working.zh, ...reporting.zh, ...guarding.zh },
});
