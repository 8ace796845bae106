import {
  AlertOutlined,
  BellOutlined,
  DotChartOutlined,
  FundOutlined,
  InboxOutlined,
  LineChartOutlined,
  MedicineBoxOutlined,
} from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const REPORTS = 'signals.report.read';

const STUDY = 'signals.study.read';

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
  { path: '/signals/definitions', page: () => import('./definitions.tsx'), permission: 'signals.watch' },
  { path: '/signals/definitions/$id', page: () => import('./definition.tsx'), permission: 'signals.watch' },
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
    path: '/signals/safety',
    page: () => import('./safety.tsx'),
    permission: 'signals.safety.read',
    nav: { label: 'signals:safety.title', icon: DotChartOutlined, order: 430 },
  },
  {
    path: '/signals/safety/$product/$reaction',
    page: () => import('./safety-pair.tsx'),
    permission: 'signals.safety.read',
  },
  {
    path: '/signals/monitoring',
    page: () => import('./monitoring.tsx'),
    permission: 'signals.safety.work',
    nav: { label: 'signals:monitoring.title', icon: LineChartOutlined, order: 435 },
  },
  { path: '/signals/monitoring/$id', page: () => import('./monitoring-plan.tsx'), permission: 'signals.safety.work' },
  {
    path: '/signals/studies',
    page: () => import('./studies.tsx'),
    permission: STUDY,
    nav: { label: 'signals:studies.title', icon: FundOutlined, order: 440, key: 'y' },
  },
  { path: '/signals/studies/$id', page: () => import('./study.tsx'), permission: STUDY },
  { path: '/signals/studies/$id/$run', page: () => import('./study-report.tsx'), permission: STUDY },
  {
    path: '/signals/stocks',
    page: () => import('./stocks.tsx'),
    permission: 'signals.stock.read',
    nav: { label: 'signals:stocks.title', icon: InboxOutlined, order: 450, key: 'z' },
  },
];
