import {
  BellOutlined,
  CheckOutlined,
  CompassOutlined,
  EllipsisOutlined,
  HomeOutlined,
  LogoutOutlined,
  SearchOutlined,
  SettingOutlined,
  UnlockOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { Button, Drawer, Dropdown } from 'antd';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNotice } from '../ui/index.ts';
import { Go, useGo } from './address.tsx';
import { api } from './api.ts';
import { Keys } from './keys.tsx';
import { SessionNotices, useBreakGlass, useStatePurpose } from './notices.tsx';
import { navigationFor, type PageWithNav } from './routes.ts';
import { SearchEverywhere } from './search.tsx';
import { useSession } from './session.tsx';
import { LanguageSwitch } from './switches.tsx';

const PHONE_ENTRIES = 3;

/** What stands around every page: navigation at the side (below on a phone), search, the account. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('shell');
  const { actor, may } = useSession();
  const entries = useMemo(() => navigationFor(actor, may), [actor, may]);
  const go = useGo();
  const search = useRef<HTMLInputElement>(null);
  const [finding, setFinding] = useState(false);
  const [more, setMore] = useState(false);
  const here = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);

  // A page change closes what hangs over the page.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is what triggers it
  useEffect(() => {
    setMore(false);
    setFinding(false);
  }, [here]);

  const focusSearch = useCallback(() => {
    setFinding(true);
    requestAnimationFrame(() => search.current?.focus());
  }, []);
  const phoneEntries = [...entries]
    .sort((one, two) => Number(two.nav.phone === true) - Number(one.nav.phone === true))
    .slice(0, PHONE_ENTRIES);

  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <header className={`bar ${finding ? 'is-finding' : ''}`}>
        <Go to="/" className="brand" aria-label={t('name')}>
          <img src="/banyan.svg" alt="" width="28" height="28" />
          <span>{t('name')}</span>
        </Go>
        <SearchEverywhere ref={search} onLeave={() => setFinding(false)} />
        <div className="bar-end">
          <span className="only-phone">
            <Button type="text" icon={<SearchOutlined />} aria-label={t('keys.search')} onClick={focusSearch} />
          </span>
          {!actor.roles.some((role) => UNTOLD.includes(role)) && <Bell />}
          <LanguageSwitch />
          <Account />
        </div>
      </header>
      <nav className="side" aria-label={t('navigation')}>
        <Entries entries={entries} here={here} />
      </nav>
      <main id="content" className="main" ref={main} tabIndex={-1}>
        <SessionNotices />
        {children}
      </main>
      <nav className="bottom" aria-label={t('navigation')}>
        <NavLink to="/" label={t('home')} icon={<HomeOutlined />} current={here === '/'} />
        {phoneEntries.map(({ path, nav }) => (
          <NavLink
            key={path}
            to={path}
            label={t(nav.label)}
            icon={<nav.icon />}
            current={path === nearest(entries, here)}
          />
        ))}
        <button type="button" className="nav-link" aria-expanded={more} onClick={() => setMore(true)}>
          <EllipsisOutlined aria-hidden />
          <span>{t('more')}</span>
        </button>
      </nav>
      <Drawer open={more} onClose={() => setMore(false)} placement="bottom" size="75vh" title={t('more')}>
        <div className="more">
          <Entries entries={entries} here={here} />
        </div>
      </Drawer>
      <Keys entries={entries} go={go} search={focusSearch} />
    </div>
  );
}

function Entries({ entries, here }: { entries: readonly PageWithNav[]; here: string }) {
  const { t } = useTranslation('shell');
  return (
    <>
      <NavLink to="/" label={t('home')} icon={<HomeOutlined />} current={here === '/'} />
      {entries.map(({ path, nav }) => (
        <NavLink
          key={path}
          to={path}
          label={t(nav.label)}
          icon={<nav.icon />}
          current={path === nearest(entries, here)}
        />
      ))}
    </>
  );
}

/** The entry that the page hangs under: of two that fit the longer. */
function nearest(entries: readonly PageWithNav[], here: string): string | undefined {
  const fitting = entries.map(({ path }) => path).filter((path) => here === path || here.startsWith(`${path}/`));
  return fitting.sort((one, two) => two.length - one.length)[0];
}

function NavLink({ to, label, icon, current }: { to: string; label: string; icon: ReactNode; current: boolean }) {
  return (
    <Go to={to} className="nav-link" aria-current={current ? 'page' : undefined}>
      <span aria-hidden="true">{icon}</span>
      <span>{label}</span>
    </Go>
  );
}

/** Roles that nothing of what is told concerns. */
const UNTOLD = ['patient', 'courier'];
const COUNT_EVERY_MS = 60_000;
const COUNTED = 99;

/** How many notices the person has not read; opens them. */
function Bell() {
  const { t } = useTranslation('shell');
  const go = useGo();
  const query = useQuery({
    queryKey: ['cluster', 'notices', 'count'],
    queryFn: ({ signal }) => api.get<{ unread: number }>('/api/cluster/notices/count', { signal }),
    refetchInterval: COUNT_EVERY_MS,
  });
  const unread = query.data?.unread ?? 0;
  return (
    <Button
      type="text"
      icon={<BellOutlined />}
      aria-label={t('notices', { count: unread })}
      onClick={() => go('/cluster/notices')}
    >
      {unread > 0 && (unread > COUNTED ? `${COUNTED}+` : unread)}
    </Button>
  );
}

function Account() {
  const { t } = useTranslation('shell');
  const { actor, signOut } = useSession();
  const notice = useNotice();
  const go = useGo();
  const breakGlass = useBreakGlass();
  const state = useStatePurpose();
  const { purposes = [] } = actor;
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          {
            key: 'who',
            disabled: true,
            label: [actor.name, ...actor.organizations.map(({ name }) => name)].join(' · '),
          },
          { type: 'divider' },
          { key: 'settings', icon: <SettingOutlined />, label: t('settings') },
          ...(purposes.length < 2
            ? []
            : [
                {
                  key: 'purpose',
                  icon: <CompassOutlined />,
                  label: t('purpose.act'),
                  children: purposes.map((code) => ({
                    key: `purpose ${code}`,
                    label: t(`purpose.${code}`),
                    extra: code === actor.purpose && <CheckOutlined aria-label={t('purpose.now')} />,
                  })),
                },
              ]),
          ...(breakGlass === undefined ? [] : [{ key: 'glass', icon: <UnlockOutlined />, label: t('glass.act') }]),
          { key: 'sign-out', icon: <LogoutOutlined />, label: t('signOut') },
        ],
        onClick: ({ key }) => {
          const [, purpose] = key.split(' ');
          if (purpose !== undefined) state(purpose === purposes[0] ? undefined : purpose);
          if (key === 'settings') go('/settings');
          if (key === 'glass') breakGlass?.();
          if (key === 'sign-out') signOut().catch(notice.failed);
        },
      }}
    >
      <Button type="text" icon={<UserOutlined />} aria-label={t('account', { name: actor.name })}>
        <span className="not-phone">{actor.name}</span>
      </Button>
    </Dropdown>
  );
}
