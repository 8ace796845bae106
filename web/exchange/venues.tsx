import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Venue, VenueListing } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue, useSession } from '../shell/index.ts';
import { DataTable, Facts, Failure, Loading, Page, Panel, StatusTag, Tabs, Time, useAsk } from '../ui/index.ts';
import { exchange, said, useAct, useBoard, useListing, VENUE_TONES } from './offering-ask.ts';
import './offering.css';

/** What stands on which venue, and whether all are in step. */
export default function Venues() {
  const { t } = useTranslation('exchange');
  const query = useBoard();
  const [part, setPart] = useAddressValue('part', 'listings');
  return (
    <Page title={t('venues.title')} about={t('venues.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <Tabs
          label={t('venues.title')}
          active={part}
          choose={setPart}
          tabs={[
            {
              key: 'listings',
              label: t('venues.listings'),
              content: () => <Listings listings={query.data.listings} />,
            },
            { key: 'profiles', label: t('venues.profiles'), content: () => <Profiles venues={query.data.venues} /> },
          ]}
        />
      )}
    </Page>
  );
}

function Listings({ listings }: { listings: readonly VenueListing[] }) {
  const { t } = useTranslation('exchange');
  const [open, setOpen] = useState<string>();
  const { may } = useSession();
  const isOverseer = may('exchange.operate') || may('exchange.assess');
  return (
    <>
      <DataTable<VenueListing>
        name="venue-listings"
        label={t('venues.listings')}
        emptyText={t('venues.none')}
        rowKey={({ id }) => id}
        source={{ rows: listings }}
        columns={[
          {
            key: 'title',
            title: t('offering.one'),
            value: ({ title }) => said(title),
            render: ({ offeringId, title }) => <Go to={`/exchange/catalogue/${offeringId}`}>{said(title)}</Go>,
            sortable: true,
            phoneTitle: true,
          },
          {
            key: 'venue',
            title: t('offering.venue'),
            value: ({ venue }) => t(`offering.venues.${venue}`),
            sortable: true,
          },
          {
            key: 'state',
            title: t('offering.state'),
            value: ({ state }) => t(`venues.states.${state}`),
            render: ({ state }) => <StatusTag tone={VENUE_TONES[state]}>{t(`venues.states.${state}`)}</StatusTag>,
            sortable: true,
          },
          {
            key: 'step',
            title: t('venues.step'),
            value: ({ wish, state }) => t(isInStep(wish, state) ? 'venues.inStep' : `venues.wishes.${wish}`),
          },
          { key: 'external', title: t('venues.external'), value: ({ externalId }) => externalId ?? '' },
          {
            key: 'trouble',
            title: t('studio.trouble'),
            value: ({ trouble, words }) => trouble ?? words ?? '',
          },
          {
            key: 'changed',
            title: t('venues.changed'),
            value: ({ changedAt }) => changedAt,
            render: ({ changedAt }) => <Time at={changedAt} />,
            sortable: true,
          },
          {
            key: 'acts',
            title: '',
            value: () => '',
            render: (listing) => (
              <span className="row">
                <Button size="small" onClick={() => setOpen(listing.id)}>
                  {t('venues.course')}
                </Button>
                {isOverseer && <Turn listing={listing} />}
              </span>
            ),
          },
        ]}
      />
      <Course id={open} close={() => setOpen(undefined)} />
    </>
  );
}

function isInStep(wish: VenueListing['wish'], state: VenueListing['state']): boolean {
  return wish === state || state === 'refused' || state === 'withdrawn';
}

/** Taking an offering from the market, or letting it back. */
function Turn({ listing: { offeringId, state, wish } }: { listing: VenueListing }) {
  const { t } = useTranslation('exchange');
  const ask = useAsk();
  const turn = useAct(({ verb, words }: { verb: 'suspend' | 'resume'; words: string }) =>
    exchange.turn(offeringId, verb, words),
  );
  if (state === 'refused' || state === 'withdrawn' || wish === 'withdrawn') return null;
  const verb = wish === 'suspended' ? 'resume' : 'suspend';
  const asked = async () => {
    const given = await ask({
      title: t(`studio.${verb}Sure`),
      about: t(`studio.${verb}About`),
      act: t(`studio.${verb}`),
      danger: verb === 'suspend',
      reason: true,
    });
    if (given !== undefined) turn.mutate({ verb, words: given.reason });
  };
  return (
    <Button size="small" danger={verb === 'suspend'} loading={turn.isPending} onClick={asked}>
      {t(`studio.${verb}`)}
    </Button>
  );
}

/** What happened between us and the venue. */
function Course({ id, close }: { id: string | undefined; close: () => void }) {
  const { t } = useTranslation('exchange');
  const query = useListing(id);
  return (
    <Modal open={id !== undefined} onCancel={close} footer={null} title={t('venues.course')}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} />}
      {query.isSuccess && (
        <div className="stack">
          <Facts
            facts={[
              [t('offering.venue'), t(`offering.venues.${query.data.listing.venue}`)],
              [t('venues.external'), query.data.listing.externalId],
              [t('studio.by'), query.data.listing.askedByName],
              ...Object.entries(query.data.listing.fields),
            ]}
          />
          <ol className="offering-list">
            {query.data.events.map((event) => (
              <li key={`${event.at} ${event.state} ${event.trouble}`}>
                <Time at={event.at} form="second" />{' '}
                {event.state === null ? event.trouble : t(`venues.states.${event.state}`)} {event.words}
              </li>
            ))}
          </ol>
        </div>
      )}
    </Modal>
  );
}

/** What is known of each venue, and what is not. */
function Profiles({ venues }: { venues: readonly Venue[] }) {
  const { t } = useTranslation('exchange');
  return (
    <div className="offering-pair">
      {venues.map((venue) => (
        <Panel key={venue.id} title={said(venue.name)}>
          {venue.adapter === 'simulator' && <StatusTag tone="warning">{t('venues.simulator')}</StatusTag>}
          <Facts
            facts={[
              [t('venues.parts.steps'), venue.steps.map(said).join(' → ')],
              [t('venues.sent'), venue.fields.map(({ label }) => said(label)).join(', ')],
              [t('venues.documents'), venue.documents.map(said).join('; ')],
              [t('venues.parts.identifier'), venue.identifier && said(venue.identifier)],
              [t('venues.unknownTitle'), venue.unknown.map((part) => t(`venues.parts.${part}`)).join(', ')],
              [t('compliance.source'), venue.source],
            ]}
          />
        </Panel>
      ))}
    </div>
  );
}
