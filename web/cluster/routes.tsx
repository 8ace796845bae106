import {
  AimOutlined,
  ApartmentOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BankOutlined,
  CalendarOutlined,
  FileProtectOutlined,
  FundOutlined,
  HomeOutlined,
  MedicineBoxOutlined,
  NodeIndexOutlined,
  SearchOutlined,
  SwapOutlined,
  TableOutlined,
} from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const APPLICATIONS = ['cluster.policy.apply', 'cluster.policy.decide'];
const FUND = 'cluster.fund.read';

const PROJECTS = 'cluster.project';
const NEED = 'cluster.need';
const RELAY = 'cluster.relay';
const BOOKING = 'cluster.booking';

/** Orders of the navigation: 600 to 660, after the exchange's. */
export const routes: readonly PageRoute[] = [
  {
    path: '/cluster',
    page: () => import('./overview.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:record.title', icon: ApartmentOutlined, order: 600, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/map', page: () => import('./map.tsx'), permission: 'cluster.read' },
  { path: '/cluster/map/wall', page: () => import('./map-wall.tsx'), permission: 'cluster.read', bare: true },
  { path: '/cluster/chain', page: () => import('./chain.tsx'), permission: 'cluster.read' },
  { path: '/cluster/search', page: () => import('./search.tsx'), permission: 'cluster.read' },
  { path: '/cluster/import', page: () => import('./imports.tsx'), permission: 'cluster.import' },
  { path: '/cluster/import/$id', page: () => import('./import-one.tsx'), permission: 'cluster.import' },
  { path: '/cluster/duplicates', page: () => import('./duplicates.tsx'), permission: 'cluster.merge' },
  {
    path: '/cluster/decisions',
    page: () => import('./decisions.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:decisions.title', icon: TableOutlined, order: 655, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/decisions/$id', page: () => import('./decision.tsx'), permission: 'cluster.read' },
  { path: '/cluster/list', page: () => import('./list.tsx'), permission: 'cluster.read' },
  { path: '/cluster/things/$id', page: () => import('./thing.tsx'), permission: 'cluster.read' },
  { path: '/cluster/facts', page: () => import('./facts.tsx'), permission: 'cluster.read' },
  { path: '/cluster/graph', page: () => import('./graph.tsx'), permission: 'cluster.read' },
  { path: '/cluster/due', page: () => import('./due.tsx'), permission: 'cluster.edit' },
  {
    path: '/cluster/policies',
    page: () => import('./policies.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:policies.title', icon: FileProtectOutlined, order: 610, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/policies/$id', page: () => import('./policy.tsx'), permission: 'cluster.read' },
  {
    path: '/cluster/policies/$id/simulate',
    page: () => import('./policy-simulate.tsx'),
    permission: 'cluster.policy.write',
  },
  {
    path: '/cluster/applications',
    page: () => import('./applications.tsx'),
    permission: APPLICATIONS,
    nav: { label: 'cluster:applications.title', icon: AuditOutlined, order: 615 },
  },
  { path: '/cluster/applications/$id', page: () => import('./application.tsx'), permission: APPLICATIONS },
  {
    path: '/cluster/funds',
    page: () => import('./funds.tsx'),
    permission: FUND,
    nav: { label: 'cluster:funds.title', icon: FundOutlined, order: 640 },
  },
  { path: '/cluster/funds/$id', page: () => import('./fund.tsx'), permission: FUND },
  {
    path: '/cluster/targets',
    page: () => import('./targets.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:targets.title', icon: AimOutlined, order: 650, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/targets/$id', page: () => import('./target.tsx'), permission: 'cluster.read' },
  { path: '/cluster/ladder', page: () => import('./ladder.tsx'), permission: 'cluster.read' },
  { path: '/cluster/report', page: () => import('./report.tsx'), permission: 'cluster.target.write' },
  {
    path: '/cluster/projects',
    page: () => import('./projects.tsx'),
    permission: PROJECTS,
    nav: { label: 'cluster:projects.title', icon: AppstoreOutlined, order: 620 },
  },
  { path: '/cluster/projects/$id', page: () => import('./project.tsx'), permission: PROJECTS },
  {
    path: '/cluster/parks',
    page: () => import('./parks.tsx'),
    permission: 'cluster.park',
    nav: { label: 'cluster:parks.title', icon: BankOutlined, order: 622 },
  },
  { path: '/cluster/parks/$id', page: () => import('./park.tsx'), permission: 'cluster.space' },
  {
    path: '/cluster/space',
    page: () => import('./space.tsx'),
    permission: 'cluster.space',
    nav: { label: 'cluster:space.title', icon: SearchOutlined, order: 624 },
  },
  {
    path: '/cluster/portal',
    page: () => import('./portal.tsx'),
    permission: 'cluster.tenant',
    nav: { label: 'cluster:portal.title', icon: HomeOutlined, order: 626 },
  },
  {
    path: '/cluster/relay',
    page: () => import('./relays.tsx'),
    permission: RELAY,
    nav: { label: 'cluster:relay.title', icon: NodeIndexOutlined, order: 628 },
  },
  { path: '/cluster/relay/$id', page: () => import('./relay.tsx'), permission: RELAY },
  {
    path: '/cluster/needs',
    page: () => import('./needs.tsx'),
    permission: NEED,
    nav: { label: 'cluster:meeting.title', icon: SwapOutlined, order: 630 },
  },
  { path: '/cluster/needs/$id', page: () => import('./need.tsx'), permission: NEED },
  {
    path: '/cluster/booking',
    page: () => import('./booking.tsx'),
    permission: BOOKING,
    nav: { label: 'cluster:booking.title', icon: CalendarOutlined, order: 631 },
  },
  { path: '/cluster/booking/$id', page: () => import('./booking-one.tsx'), permission: BOOKING },
  {
    path: '/cluster/catalogues',
    page: () => import('./catalogues.tsx'),
    permission: 'cluster.read',
    nav: { label: 'cluster:catalogues.title', icon: MedicineBoxOutlined, order: 632, notFor: ['patient', 'courier'] },
  },
  { path: '/cluster/notices', page: () => import('./notices.tsx'), permission: 'cluster.read' },
  { path: '/cluster/needs/introductions', page: () => import('./introductions.tsx'), permission: NEED },
];
