import { AimOutlined, BankOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const FUND = ['cluster.fund.read', 'cluster.fund.read@organization'];

/** Orders of the navigation: 500 to 560. */
export const routes: readonly PageRoute[] = [
  {
    path: '/cluster/funds',
    page: () => import('./funds.tsx'),
    permission: FUND,
    nav: { label: 'cluster:funds.title', icon: BankOutlined, order: 540 },
  },
  { path: '/cluster/funds/$id', page: () => import('./fund.tsx'), permission: FUND },
  {
    path: '/cluster/targets',
    page: () => import('./targets.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:targets.title', icon: AimOutlined, order: 550 },
  },
  { path: '/cluster/targets/$id', page: () => import('./target.tsx'), permission: 'cluster.read' },
  { path: '/cluster/ladder', page: () => import('./ladder.tsx'), permission: 'cluster.read' },
  { path: '/cluster/report', page: () => import('./report.tsx'), permission: 'cluster.target.write' },
];
