import { useTranslation } from 'react-i18next';
import { Page } from '../ui/index.ts';
import { Go } from './address.tsx';
import { navigationFor } from './routes.ts';
import { useSession } from './session.tsx';
import { cardsFor } from './start.ts';

/** The start page: what waits for this person, then all that may be opened. */
export function Home() {
  const { t } = useTranslation('shell');
  const { actor, may } = useSession();
  const roles = actor.roles.map((role) => t(`kernel:roles.${role}`, { defaultValue: role }));
  return (
    <Page
      title={t('welcome', { name: actor.name })}
      about={[...roles, ...actor.organizations.map(({ name }) => name)].join(' · ')}
    >
      <div className="start">
        {cardsFor(actor, may).map(({ order, wide, Card }) => (
          <div key={order} className={wide === true ? 'start-wide' : undefined}>
            <Card />
          </div>
        ))}
      </div>
      <nav aria-label={t('open')}>
        <ul className="tiles">
          {navigationFor(actor, may).map(({ path, nav }) => (
            <li key={path}>
              <Go to={path} className="tile">
                <span className="tile-icon" aria-hidden="true">
                  <nav.icon />
                </span>
                {t(nav.label)}
              </Go>
            </li>
          ))}
        </ul>
      </nav>
      <p className="quiet no-print">{t('homeAbout')}</p>
    </Page>
  );
}
