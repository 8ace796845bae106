import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ageAt } from './age.ts';

export interface PersonShown {
  name: string;
  sex?: 'male' | 'female' | 'other' | 'unknown' | undefined;
  /** FHIR date: 1980, 1980-05 or 1980-05-17. */
  birthDate?: string | undefined;
  deceased?: boolean | undefined;
  identifiers?: readonly { label: string; value: string }[] | undefined;
  allergies?: readonly string[] | undefined;
}

/** Who this page is about: the same line on every page of a person, so that nobody acts on the wrong one. */
export function PersonBanner({
  person,
  actions,
  now = new Date(),
}: {
  person: PersonShown;
  actions?: ReactNode;
  now?: Date;
}) {
  const { t } = useTranslation('ui');
  const age = person.birthDate === undefined ? undefined : ageAt(person.birthDate, now);
  return (
    <section className="person" aria-label={t('person')}>
      <span className="person-name">{person.name}</span>
      <dl>
        <div>
          <dt className="unseen">{t('person')}</dt>
          <dd>{t(`sex.${person.sex ?? 'unknown'}`)}</dd>
        </div>
        {person.birthDate !== undefined && (
          <div>
            <dt>{t('born', { date: person.birthDate })}</dt>
            <dd>
              {age !== undefined &&
                t(age.years > 1 ? 'years' : 'months', { count: age.years > 1 ? age.years : age.months })}
            </dd>
          </div>
        )}
        {person.identifiers?.map(({ label, value }) => (
          <div key={`${label} ${value}`}>
            <dt>{label}</dt>
            <dd className="mono">{value}</dd>
          </div>
        ))}
        {person.deceased === true && (
          <div>
            <dd className="alert">{t('deceased')}</dd>
          </div>
        )}
        {person.allergies !== undefined && (
          <div>
            <dd className={person.allergies.length > 0 ? 'alert' : 'quiet'}>
              {person.allergies.length > 0 ? t('allergies', { list: person.allergies.join(', ') }) : t('noAllergies')}
            </dd>
          </div>
        )}
      </dl>
      {actions !== undefined && (
        <div className="row no-print" style={{ marginInlineStart: 'auto' }}>
          {actions}
        </div>
      )}
    </section>
  );
}
