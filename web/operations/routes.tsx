import { RadarChartOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

export const routes: readonly PageRoute[] = [
  {
    path: '/operations',
    page: () => import('./operations.tsx'),
    permission: 'laboratory.operations.read',
    nav: { label: 'operations:nav', icon: RadarChartOutlined, order: 10, key: 'o', phone: true },
    bare: true,
  },
];
