import { AlertOutlined, InboxOutlined, SwapOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

export const routes: readonly PageRoute[] = [
  {
    path: '/custody/boxes',
    page: () => import('./boxes.tsx'),
    permission: 'custody.read',
    nav: { label: 'custody:boxes.title', icon: InboxOutlined, order: 200, key: 'b' },
  },
  { path: '/custody/boxes/$id', page: () => import('./box.tsx'), permission: 'custody.read' },
  {
    path: '/custody/hand-over',
    page: () => import('./hand-over.tsx'),
    permission: 'custody.hand-over',
    nav: { label: 'custody:handOver.title', icon: SwapOutlined, order: 210, key: 'h', phone: true },
  },
  {
    path: '/custody/alarms',
    page: () => import('./alarms.tsx'),
    permission: 'custody.read',
    nav: { label: 'custody:alarms.title', icon: AlertOutlined, order: 220, key: 't', phone: true },
  },
];
