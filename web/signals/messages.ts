import { catalogue } from '../ui/catalogue.ts';
import { watching } from './watch-messages.ts';

export const messages = catalogue({ en: { ...watching.en }, zh: { ...watching.zh } });
