import {
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  CloudDownloadOutlined,
  ExperimentOutlined,
  FundOutlined,
  NotificationOutlined,
  SafetyCertificateOutlined,
  ShopOutlined,
  ShoppingOutlined,
  SlidersOutlined,
  SolutionOutlined,
  WalletOutlined,
} from '@ant-design/icons';
import type { PageRoute } from '../shell/index.ts';

const NEGOTIATE = 'exchange.negotiation.read';
const [BUY, SELL, OPERATE] = ['exchange.buy', 'exchange.sell', 'exchange.operate'] as const;
const OFFER = 'exchange.offer';

/** Orders of the navigation: 500 catalogue and studio, 520 orders, 540 assessment and venues, 560 money. */
export const routes: readonly PageRoute[] = [
  {
    path: '/exchange/catalogue',
    page: () => import('./catalogue.tsx'),
    isPublic: true,
    nav: { label: 'exchange:catalogue.title', icon: ShopOutlined, order: 500, notFor: ['patient', 'courier'] },
  },
  { path: '/exchange/catalogue/$id', page: () => import('./offering.tsx'), isPublic: true },
  {
    path: '/exchange/studio',
    page: () => import('./studio.tsx'),
    permission: OFFER,
    nav: { label: 'exchange:studio.title', icon: ExperimentOutlined, order: 505 },
  },
  { path: '/exchange/studio/$id', page: () => import('./studio-offering.tsx'), permission: OFFER },
  {
    path: '/exchange/negotiations',
    page: () => import('./negotiations.tsx'),
    permission: NEGOTIATE,
    nav: { label: 'exchange:negotiations.title', icon: SolutionOutlined, order: 530 },
  },
  {
    path: '/exchange/negotiations/new',
    page: () => import('./negotiation-new.tsx'),
    permission: 'exchange.negotiate',
  },
  { path: '/exchange/negotiations/$id', page: () => import('./negotiation.tsx'), permission: NEGOTIATE },
  {
    path: '/exchange/elsewhere',
    page: () => import('./elsewhere.tsx'),
    permission: 'exchange.negotiate',
    nav: { label: 'exchange:elsewhere.title', icon: CloudDownloadOutlined, order: 531 },
  },
  {
    path: '/exchange/connectors',
    page: () => import('./connectors.tsx'),
    permission: OPERATE,
    nav: { label: 'exchange:connectors.title', icon: ApiOutlined, order: 572 },
  },
  {
    path: '/exchange/assessments',
    page: () => import('./assessments.tsx'),
    permission: 'exchange.assess',
    nav: { label: 'exchange:assess.title', icon: AuditOutlined, order: 540 },
  },
  {
    path: '/exchange/assessments/$id/$version',
    page: () => import('./assessment.tsx'),
    permission: 'exchange.assess',
  },
  {
    path: '/exchange/notices',
    page: () => import('./notices.tsx'),
    isPublic: true,
    nav: {
      label: 'exchange:notices.title',
      icon: NotificationOutlined,
      order: 545,
      notFor: ['patient', 'courier', 'clinician', 'laboratory-technician'],
    },
  },
  { path: '/exchange/notices/$id/$version', page: () => import('./notice.tsx'), isPublic: true },
  {
    path: '/exchange/venues',
    page: () => import('./venues.tsx'),
    permission: ['exchange.operate', 'exchange.assess', OFFER],
    nav: { label: 'exchange:venues.title', icon: AppstoreOutlined, order: 550 },
  },
  {
    path: '/exchange/orders',
    page: () => import('./orders.tsx'),
    permission: [BUY, SELL, OPERATE],
    nav: { label: 'exchange:orders.title', icon: ShoppingOutlined, order: 520 },
  },
  { path: '/exchange/orders/new', page: () => import('./order-new.tsx'), permission: BUY },
  { path: '/exchange/orders/$id', page: () => import('./order.tsx'), permission: [BUY, SELL, OPERATE] },
  {
    path: '/exchange/orders/$id/invoices/$number',
    page: () => import('./invoice.tsx'),
    permission: [BUY, SELL, OPERATE],
  },
  {
    path: '/exchange/wallet',
    page: () => import('./wallet.tsx'),
    permission: [BUY, SELL],
    nav: { label: 'exchange:wallet.title', icon: WalletOutlined, order: 560 },
  },
  {
    path: '/exchange/revenue',
    page: () => import('./revenue.tsx'),
    permission: [SELL, OPERATE],
    nav: { label: 'exchange:revenue.title', icon: FundOutlined, order: 565 },
  },
  {
    path: '/exchange/desk',
    page: () => import('./desk.tsx'),
    permission: OPERATE,
    nav: { label: 'exchange:desk.title', icon: SlidersOutlined, order: 570 },
  },
  {
    path: '/exchange/certificates',
    page: () => import('./certificates.tsx'),
    nav: {
      label: 'exchange:certificates.title',
      icon: SafetyCertificateOutlined,
      order: 555,
      notFor: ['patient', 'courier', 'clinician', 'laboratory-technician'],
    },
  },
  { path: '/verify', page: () => import('./verify.tsx'), isPublic: true },
  { path: '/verify/$id', page: () => import('./verify-one.tsx'), isPublic: true },
  {
    path: '/exchange/releases',
    page: () => import('./gate-reports.tsx'),
    permission: ['exchange.operate', 'exchange.assess', OFFER],
    nav: { label: 'exchange:gate.title', icon: SafetyCertificateOutlined, order: 542 },
  },
  {
    path: '/exchange/releases/$id',
    page: () => import('./gate-report.tsx'),
    permission: ['exchange.operate', 'exchange.assess', OFFER],
  },
];
