import { catalogue } from '../ui/catalogue.ts';
import { working } from './desk-messages.ts';
import { stocking } from './stocks-messages.ts';
import { watching } from './watch-messages.ts';

export const messages = catalogue({
  en: { ...watching.en, ...stocking.en, ...working.en },
  zh: { ...watching.zh, ...stocking.zh, ...working.zh },
});
