import { AreaChartOutlined, BarChartOutlined, ExperimentOutlined } from '@ant-design/icons';
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
  {
    path: '/laboratory/explore',
    page: () => import('./explore.tsx'),
    permission: 'laboratory.explore',
    nav: { label: 'laboratory:explore.title', icon: AreaChartOutlined, order: 300, key: 'e' },
  },
  {
    path: '/laboratory/use',
    page: () => import('./use.tsx'),
    permission: 'laboratory.explore',
    nav: { label: 'laboratory:use.title', icon: BarChartOutlined, order: 310, key: 'u' },
  },
];
