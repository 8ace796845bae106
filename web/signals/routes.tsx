import { AlertOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

export const routes: readonly PageRoute[] = [
  {
    path: '/signals/outbreaks',
    page: () => import('./outbreaks.tsx'),
    permission: 'signals.watch',
    nav: { label: 'signals:outbreaks.title', icon: AlertOutlined, order: 400, key: 'o' },
  },
  { path: '/signals/outbreaks/$disease', page: () => import('./disease.tsx'), permission: 'signals.watch' },
];
