import { AlertOutlined, BellOutlined, LineChartOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const STUDY = ['signals.study.read', 'signals.study.read@organization'] as const;

export const routes: readonly PageRoute[] = [
  {
    path: '/signals/outbreaks',
    page: () => import('./outbreaks.tsx'),
    permission: 'signals.watch',
    nav: { label: 'signals:outbreaks.title', icon: AlertOutlined, order: 400, key: 'o' },
  },
  {
    path: '/signals/alarms',
    page: () => import('./alarms.tsx'),
    permission: 'signals.watch',
    nav: { label: 'signals:alarms.title', icon: BellOutlined, order: 410, key: 'a' },
  },
  { path: '/signals/alarms/$id', page: () => import('./alarm.tsx'), permission: 'signals.watch' },
  { path: '/signals/card/$disease', page: () => import('./card.tsx'), permission: 'signals.case.read' },
  { path: '/signals/outbreaks/$disease', page: () => import('./disease.tsx'), permission: 'signals.watch' },
  {
    path: '/signals/studies',
    page: () => import('./studies.tsx'),
    permission: STUDY,
    nav: { label: 'signals:studies.title', icon: LineChartOutlined, order: 430, key: 'y' },
  },
  { path: '/signals/studies/$id', page: () => import('./study.tsx'), permission: STUDY },
  { path: '/signals/studies/$id/$run', page: () => import('./study-report.tsx'), permission: STUDY },
];
