import { AlertOutlined, MedicineBoxOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const REPORTS = ['signals.report.read', 'signals.report.read@organization'];

export const routes: readonly PageRoute[] = [
  {
    path: '/signals/outbreaks',
    page: () => import('./outbreaks.tsx'),
    permission: 'signals.watch',
    nav: { label: 'signals:outbreaks.title', icon: AlertOutlined, order: 400, key: 'o' },
  },
  { path: '/signals/outbreaks/$disease', page: () => import('./disease.tsx'), permission: 'signals.watch' },
  {
    path: '/signals/reports',
    page: () => import('./reports.tsx'),
    permission: REPORTS,
    nav: { label: 'signals:reports.title', icon: MedicineBoxOutlined, order: 420 },
  },
  { path: '/signals/reports/new', page: () => import('./report-new.tsx'), permission: 'signals.report.write' },
  { path: '/signals/reports/$id', page: () => import('./report.tsx'), permission: REPORTS },
];
