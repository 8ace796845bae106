import { ApartmentOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

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
  { path: '/cluster/due', page: () => import('./due.tsx'), permission: 'cluster.edit' },
];
