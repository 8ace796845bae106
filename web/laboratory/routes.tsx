import { ExperimentOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

export const routes: readonly PageRoute[] = [
  {
    path: '/laboratory/orders',
    page: () => import('./orders.tsx'),
    permission: 'laboratory.order.read',
    nav: { label: 'laboratory:orders.title', icon: ExperimentOutlined, order: 100, key: 'l', phone: true },
  },
  { path: '/laboratory/orders/$id', page: () => import('./order.tsx'), permission: 'laboratory.order.read' },
  { path: '/laboratory/specimens/$accession', page: () => import('./specimen.tsx') },
  { path: '/laboratory/reports/$id', page: () => import('./report.tsx'), permission: 'laboratory.report.read' },
];
