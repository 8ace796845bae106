import { CodeOutlined, DatabaseOutlined, DownloadOutlined, KeyOutlined, TableOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const ANY = ['lake.sql.ask', 'lake.export', 'lake.view.manage'] as const;

export const routes: readonly PageRoute[] = [
  {
    path: '/lake/sql',
    page: () => import('./sql.tsx'),
    permission: 'lake.sql.ask',
    nav: { label: 'lake:sql.title', icon: CodeOutlined, order: 640, key: 's' },
  },
  {
    path: '/lake/views',
    page: () => import('./views.tsx'),
    permission: ANY,
    nav: { label: 'lake:views.title', icon: TableOutlined, order: 650, key: 'v', notFor: ['patient'] },
  },
  { path: '/lake/views/new', page: () => import('./new-view.tsx'), permission: 'lake.view.manage' },
  { path: '/lake/views/$id', page: () => import('./view.tsx'), permission: ANY },
  { path: '/lake/views/$id/edit', page: () => import('./edit-view.tsx'), permission: 'lake.view.manage' },
  {
    path: '/lake/exports',
    page: () => import('./exports.tsx'),
    permission: 'lake.export',
    nav: { label: 'lake:exports.title', icon: DownloadOutlined, order: 660, key: 'x' },
  },
  {
    path: '/lake/notebooks',
    page: () => import('./notebooks.tsx'),
    permission: 'lake.sql.ask',
    nav: { label: 'lake:notebooks.title', icon: KeyOutlined, order: 670, key: 'n' },
  },
  {
    path: '/lake/status',
    page: () => import('./status.tsx'),
    permission: 'lake.view.manage',
    nav: { label: 'lake:status.title', icon: DatabaseOutlined, order: 895, key: 'k' },
  },
];
