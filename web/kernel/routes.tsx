import {
  AuditOutlined,
  InfoCircleOutlined,
  SafetyOutlined,
  SettingOutlined,
  TeamOutlined,
  WarningOutlined,
} from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

export const routes: readonly PageRoute[] = [
  {
    path: '/dead-letters',
    page: () => import('./dead-letters.tsx'),
    permission: 'kernel.dead-letter.read',
    nav: { label: 'kernel:letters.title', icon: WarningOutlined, order: 900, key: 'd' },
  },
  {
    path: '/audit',
    page: () => import('./audit.tsx'),
    permission: 'access.audit.read',
    nav: { label: 'kernel:audit.title', icon: AuditOutlined, order: 910, key: 'a', notFor: ['patient'] },
  },
  {
    path: '/accounts',
    page: () => import('./accounts.tsx'),
    permission: 'access.account.manage',
    nav: { label: 'kernel:accounts.title', icon: TeamOutlined, order: 920 },
  },
  {
    path: '/policies',
    page: () => import('./policies.tsx'),
    permission: 'access.policy.manage',
    nav: { label: 'kernel:policies.title', icon: SafetyOutlined, order: 930 },
  },
  {
    path: '/about',
    page: () => import('./about.tsx'),
    nav: { label: 'kernel:about.title', icon: InfoCircleOutlined, order: 980, key: 'i' },
  },
  {
    path: '/settings',
    page: () => import('./settings.tsx'),
    nav: { label: 'kernel:settings.title', icon: SettingOutlined, order: 990, key: ',' },
  },
];
