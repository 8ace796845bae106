import { catalogue } from '../ui/catalogue.ts';

/** Texts of things, what is said of them, and their sources. */
export const recordWords = catalogue({
  en: { record: { title: 'Industry map', unknown: 'unknown', example: 'example' } },
  zh: { record: { title: '产业地图', unknown: '未知', example: '示例' } },
});
