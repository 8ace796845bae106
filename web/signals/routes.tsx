import { AlertOutlined, BellOutlined, LineChartOutlined, MedicineBoxOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const REPORTS = ['signals.report.read', 'signals.report.read@organization'];

const STUDY = ['signals.study.read', 'signals.study.read@organization'];

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
    path: '/signals/reports',
    page: () => import('./reports.tsx'),
    permission: REPORTS,
    nav: { label: 'signals:reports.title', icon: MedicineBoxOutlined, order: 420 },
  },
  { path: '/signals/reports/new', page: () => import('./report-new.tsx'), permission: 'signals.report.write' },
  { path: '/signals/reports/$id', page: () => import('./report.tsx'), permission: REPORTS },
  {
    path: '/signals/studies',
    page: () => import('./studies.tsx'),
    permission: STUDY,
    nav: { label: 'signals:studies.title', icon: LineChartOutlined, order: 430, key: 'y' },
  },
  { path: '/signals/studies/$id', page: () => import('./study.tsx'), permission: STUDY },
  { path: '/signals/studies/$id/$run', page: () => import('./study-report.tsx'), permission: STUDY },
];
