import { useTranslation } from 'react-i18next';
import { Page } from '../ui/index.ts';
import { Go } from './address.tsx';
import { navigationFor } from './routes.ts';
import { useSession } from './session.tsx';

/** The start page: what this person may open, as large targets. */
export function Home() {
  const { t } = useTranslation('shell');
  const { actor, may } = useSession();
  return (
    <Page title={t('welcome', { name: actor.name })} about={t('homeAbout')}>
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
    </Page>
  );
}
