import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Introduction, IntroductionState } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { Empty, Failure, Figures, Loading, Page, Panel, StatusTag, Time, Timeline, type Tone } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog, Toggle } from './form-dialog.tsx';
import { useIntroductions, useWishName, WishLine } from './meeting-ask.tsx';
import { send, useAct } from './parks-ask.ts';
import './parks.css';

const TONES: Readonly<Record<IntroductionState, Tone>> = {
  asked: 'warning',
  accepted: 'info',
  met: 'primary',
  agreed: 'good',
  declined: 'neutral',
  withdrawn: 'neutral',
  ended: 'neutral',
};

/** Who was brought together with whom, and what came of it. */
export default function Introductions() {
  const { t } = useTranslation('cluster');
  const [over, setOver] = useAddressValue('over');
  const query = useIntroductions(over === 'yes');
  const shown = query.data?.pages.flatMap(({ introductions }) => introductions) ?? [];
  const counts = query.data?.pages.at(-1)?.counts;
  return (
    <Page
      title={t('meeting.introductions')}
      about={t('meeting.introductionsAbout')}
      trail={<Go to="/cluster/needs">{t('meeting.title')}</Go>}
      actions={<Toggle label={t('meeting.withOver')} on={over === 'yes'} set={(on) => setOver(on ? 'yes' : '')} />}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && counts !== undefined && (
        <>
          <Figures
            figures={[
              ...(['asked', 'accepted', 'met', 'agreed'] as const).map((state) => ({
                label: t(`meeting.states.${state}`),
                value: counts[state],
              })),
              { label: t('parks.late'), value: counts.late, tone: 'warning' as const },
            ]}
          />
          {shown.length === 0 && (
            <Empty title={t('meeting.noIntroductions')}>{t('meeting.noIntroductionsAbout')}</Empty>
          )}
          {shown.map((each) => (
            <One key={each.id} introduction={each} />
          ))}
          {query.hasNextPage && (
            <Button loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t('meeting.more')}
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

function One({ introduction }: { introduction: Introduction }) {
  const { t } = useTranslation('cluster');
  const { id, one, other, state, late, dueAt, words, contacts, next, revision, moves, mediated } = introduction;
  const nameOf = useWishName();
  const [to, setTo] = useState<IntroductionState>();
  const move = useAct(
    (body: object) => send.post(`/introductions/${id}`, { ...body, state: to, revision }),
    () => setTo(undefined),
  );
  return (
    <Panel
      title={`${nameOf(one)} ↔ ${nameOf(other)}`}
      actions={
        <span className="row">
          <StatusTag tone={TONES[state]}>{t(`meeting.states.${state}`)}</StatusTag>
          <ExampleTag on={one.example} />
        </span>
      }
    >
      <ul className="relay-list">
        {[one, other].map((wish) => (
          <li key={wish.id}>
            <WishLine wish={wish} />
          </li>
        ))}
      </ul>
      <p>
        {words} <span className="quiet">({t(mediated ? 'meeting.byMediator' : 'meeting.byParty')})</span>
      </p>
      {contacts.map(({ name, contact }) => (
        <p key={name}>{t('meeting.contactOf', { name, contact })}</p>
      ))}
      {dueAt !== null && (
        <p className="quiet">
          {late && <StatusTag tone="danger">{t('parks.late')}</StatusTag>} {t('meeting.due')}{' '}
          <Time at={dueAt} form="relative" />
        </p>
      )}
      <div className="row no-print">
        {next.map((step) => (
          <Button key={step} type={step === next[0] ? 'primary' : 'default'} onClick={() => setTo(step)}>
            {t(`meeting.steps.${step}`)}
          </Button>
        ))}
      </div>
      <Timeline
        items={moves.map(({ n, at, state: came, reason, by }) => ({
          id: String(n),
          at,
          by,
          detail: reason ?? undefined,
          title: t(`meeting.states.${came}`),
        }))}
      />
      {to !== undefined && (
        <FormDialog
          title={t(`meeting.steps.${to}`)}
          act={t(`meeting.steps.${to}`)}
          busy={move.isPending}
          close={() => setTo(undefined)}
          send={(filled) => move.mutate(filled)}
          fields={[
            {
              name: 'reason',
              label: t('projects.reason'),
              kind: 'long',
              needed: to === 'declined' || to === 'ended',
            },
          ]}
        />
      )}
    </Panel>
  );
}
