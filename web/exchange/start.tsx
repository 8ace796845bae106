import { useTranslation } from 'react-i18next';
import { Go, type StartCard } from '../shell/index.ts';
import { Failure, Loading, Panel, ShortList, StatusTag } from '../ui/index.ts';
import {
  partyName,
  STATE_TONES,
  said,
  useAssessments,
  useCatalogue,
  usePriceWords,
  useStudioList,
} from './offering-ask.ts';

const FEW = 5;

export const cards: readonly StartCard[] = [
  { order: 30, permission: 'exchange.assess', Card: Waiting },
  { order: 45, permission: 'exchange.offer', Card: OwnOfferings },
  { order: 20, roles: ['data-buyer', 'enterprise', 'researcher'], Card: NewOfferings },
];

/** What waits for an assessor. */
function Waiting() {
  const { t } = useTranslation('exchange');
  const query = useAssessments('');
  return (
    <Panel title={t('assess.title')} actions={<Go to="/exchange/assessments">{t('offeringStart.all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('assess.none')}
          items={query.data.assessments
            .filter(({ state }) => state === 'open' || state === 'seconded')
            .slice(0, FEW)
            .map(({ offeringId, version, title, holder, openedAt, judged, items }) => ({
              id: `${offeringId}/${version}`,
              title: <Go to={`/exchange/assessments/${offeringId}/${version}`}>{said(title)}</Go>,
              by: `${partyName(holder)} · ${judged}/${items}`,
              at: openedAt,
            }))}
        />
      )}
    </Panel>
  );
}

/** How the own offerings stand. */
function OwnOfferings() {
  const { t } = useTranslation('exchange');
  const query = useStudioList();
  return (
    <Panel title={t('studio.title')} actions={<Go to="/exchange/studio">{t('offeringStart.all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('studio.none')}
          items={query.data.offerings.slice(0, FEW).map(({ id, title, state, version, updatedAt }) => ({
            id,
            title: <Go to={`/exchange/studio/${id}`}>{said(title) || t('studio.untitled')}</Go>,
            tag: <StatusTag tone={STATE_TONES[state]}>{t(`offering.states.${state}`)}</StatusTag>,
            by: t('studio.versionNumber', { version }),
            at: updatedAt,
          }))}
        />
      )}
    </Panel>
  );
}

/** What came onto the market last. */
function NewOfferings() {
  const { t } = useTranslation('exchange');
  const query = useCatalogue({ limit: String(FEW) });
  const priceOf = usePriceWords();
  return (
    <Panel title={t('catalogue.title')} actions={<Go to="/exchange/catalogue">{t('offeringStart.all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('catalogue.none')}
          items={query.data.offerings.map(({ id, title, prices, listedAt }) => ({
            id,
            title: <Go to={`/exchange/catalogue/${id}`}>{said(title)}</Go>,
            by: prices.slice(0, 1).map(priceOf).join(''),
            at: listedAt,
          }))}
        />
      )}
    </Panel>
  );
}
