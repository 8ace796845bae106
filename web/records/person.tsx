import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../src/modules/records/model.ts';
import { api, Go, useAddressValue, usePathValue, useSession } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, PersonBanner, Tabs } from '../ui/index.ts';
import { Happened } from './happened.tsx';
import { ResultHistory } from './history.tsx';
import { Trends } from './trends.tsx';
import { WhoLooked } from './who-looked.tsx';
import { useNumberLabel } from './words.ts';

/** One person, named by the address. */
export default function PersonPage() {
  return <PersonRecord id={usePathValue('id')} />;
}

/** The record of the person who is signed in. */
export function OwnRecord() {
  const { t } = useTranslation('records');
  const { actor } = useSession();
  if (actor.patient !== undefined) return <PersonRecord id={actor.patient} />;
  return (
    <Page title={t('own.title')}>
      <Empty title={t('own.none')} />
    </Page>
  );
}

/** Who it is, what happened, how values went, who looked, and what FHIR says. */
function PersonRecord({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const { actor, may } = useSession();
  const labelOf = useNumberLabel();
  const [tab, setTab] = useAddressValue('tab', 'timeline');
  const person = useQuery({
    queryKey: ['person', id],
    queryFn: ({ signal }) => api.get<Person>(`/api/records/people/${encodeURIComponent(id)}`, { signal }),
  });
  const own = actor.patient === id;
  const trail = may('records.person.search') ? <Go to="/records/people">{t('people.title')}</Go> : undefined;
  if (person.isPending || person.isError) {
    return (
      <Page title={t(own ? 'own.title' : 'person.title')} {...(trail !== undefined && { trail })}>
        {person.isPending ? <Loading /> : <Failure error={person.error} retry={() => person.refetch()} />}
      </Page>
    );
  }
  const { name, nameLatin, mergedInto, identifiers } = person.data;
  const shown = [name || t('people.unnamed'), nameLatin].filter(Boolean).join(' ');
  return (
    <Page title={own ? t('own.title') : name || t('people.unnamed')} {...(trail !== undefined && { trail })}>
      <PersonBanner
        person={{
          ...person.data,
          name: shown,
          identifiers: identifiers.map(({ label, value }) => ({ label: labelOf(label), value })),
        }}
      />
      {mergedInto !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={t('person.mergedInto')}
          action={<Go to={`/records/people/${mergedInto}`}>{t('person.open')}</Go>}
        />
      )}
      <Tabs
        label={shown}
        active={tab}
        choose={setTab}
        tabs={[
          { key: 'timeline', label: t('person.timeline'), content: () => <Happened id={id} /> },
          { key: 'trends', label: t('person.trends'), content: () => <Trends id={id} /> },
          { key: 'results', label: t('cohort.history.tab'), content: () => <ResultHistory id={id} /> },
          {
            key: 'reports',
            label: t('person.reports'),
            content: () => <Happened id={id} kinds={['report', 'order']} />,
          },
          { key: 'who', label: t('person.who'), content: () => <WhoLooked id={id} /> },
          { key: 'fhir', label: t('person.raw'), content: () => <Raw id={id} /> },
        ]}
      />
    </Page>
  );
}

function Raw({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const query = useQuery({
    queryKey: ['fhir', 'Patient', id],
    queryFn: ({ signal }) => api.get<unknown>(`/fhir/Patient/${encodeURIComponent(id)}`, { signal }),
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <section aria-label={t('person.raw')} className="stack">
      <p className="quiet">
        {t('person.rawAbout')} <code>{`/fhir/Patient/${id}/$everything`}</code>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="json" tabIndex={0}>
        {JSON.stringify(query.data, null, 2)}
      </pre>
    </section>
  );
}
