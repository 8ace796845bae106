import { AimOutlined, ApartmentOutlined, AuditOutlined, BankOutlined, FileProtectOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const APPLICATIONS = ['cluster.policy.apply', 'cluster.policy.apply@organization', 'cluster.policy.decide'];
const FUND = ['cluster.fund.read', 'cluster.fund.read@organization'];

/** Orders of the navigation: 500 to 560. */
export const routes: readonly PageRoute[] = [
  {
    path: '/cluster',
    page: () => import('./overview.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:record.title', icon: ApartmentOutlined, order: 500, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/list', page: () => import('./list.tsx'), permission: 'cluster.read' },
  { path: '/cluster/things/$id', page: () => import('./thing.tsx'), permission: 'cluster.read' },
  { path: '/cluster/facts', page: () => import('./facts.tsx'), permission: 'cluster.read' },
  { path: '/cluster/graph', page: () => import('./graph.tsx'), permission: 'cluster.read' },
  { path: '/cluster/due', page: () => import('./due.tsx'), permission: ['cluster.edit', 'cluster.edit@organization'] },
  {
    path: '/cluster/policies',
    page: () => import('./policies.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:policies.title', icon: FileProtectOutlined, order: 510, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/policies/$id', page: () => import('./policy.tsx'), permission: 'cluster.read' },
  {
    path: '/cluster/policies/$id/simulate',
    page: () => import('./policy-simulate.tsx'),
    permission: 'cluster.policy.write',
  },
  {
    path: '/cluster/applications',
    page: () => import('./applications.tsx'),
    permission: APPLICATIONS,
    nav: { label: 'cluster:applications.title', icon: AuditOutlined, order: 515 },
  },
  { path: '/cluster/applications/$id', page: () => import('./application.tsx'), permission: APPLICATIONS },
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
    nav: { label: 'cluster:targets.title', icon: AimOutlined, order: 550, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/targets/$id', page: () => import('./target.tsx'), permission: 'cluster.read' },
  { path: '/cluster/ladder', page: () => import('./ladder.tsx'), permission: 'cluster.read' },
  { path: '/cluster/report', page: () => import('./report.tsx'), permission: 'cluster.target.write' },
];
