import { catalogue } from '../ui/catalogue.ts';

export const offering = catalogue({
  en: {
    catalogue: { title: 'Data products' },
  },
  zh: {
    catalogue: { title: '数据产品' },
  },
});
