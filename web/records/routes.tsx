import { MessageOutlined, PartitionOutlined, StarOutlined, UserOutlined } from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

export const routes: readonly PageRoute[] = [
  {
    path: '/records/people',
    page: () => import('./people.tsx'),
    permission: 'records.person.search',
    nav: { label: 'records:people.title', icon: UserOutlined, order: 100, key: 'p', phone: true },
  },
  {
    path: '/records/mine',
    page: () => import('./own.tsx'),
    roles: ['patient'],
    nav: { label: 'records:own.title', icon: UserOutlined, order: 90, key: 'p', phone: true },
  },
  { path: '/records/people/$id', page: () => import('./person.tsx'), permission: 'records.person.read' },
  {
    path: '/records/cohorts',
    page: () => import('./cohort.tsx'),
    permission: 'records.cohort.ask',
    nav: { label: 'records:cohort.title', icon: PartitionOutlined, order: 600, key: 'c' },
  },
  {
    path: '/records/questions',
    page: () => import('./questions.tsx'),
    permission: 'records.cohort.ask',
    nav: { label: 'records:cohort.questions.title', icon: StarOutlined, order: 610, key: 'q' },
  },
  {
    path: '/records/messages',
    page: () => import('./message-desk.tsx'),
    permission: 'kernel.dead-letter.read',
    nav: { label: 'records:desk.title', icon: MessageOutlined, order: 890, key: 'm' },
  },
  { path: '/records/messages/$key', page: () => import('./message.tsx'), permission: 'kernel.dead-letter.read' },
];
