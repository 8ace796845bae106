import { CheckOutlined, CloseOutlined, EditOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TransferState } from '#standards/dataspace';
import type { NegotiationPage, ProtocolStep } from '../../src/modules/exchange/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, StatusTag, Time, Timeline, type Tone, useAsk } from '../ui/index.ts';
import { useTransferAct } from './connector-ask.ts';
import { NEGOTIATION_TONES, useNegotiation, useStep } from './negotiation-ask.ts';
import { partyName, said } from './offering-ask.ts';
import { PolicyInWords } from './policy-in-words.tsx';
import { draftOf, policyOf, type TermsDraft } from './terms-draft.ts';
import { TermsEditor } from './terms-editor.tsx';

/** One negotiation: the terms on the table, what may be done now, and how it came to this. */
export default function NegotiationOne() {
  const { t } = useTranslation('exchange');
  const query = useNegotiation(usePathValue('id'));
  const trail = <Go to="/exchange/negotiations">{t('negotiation.back')}</Go>;
  if (!query.isSuccess)
    return (
      <Page title={t('negotiation.one')} trail={trail}>
        {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  return <Shown page={query.data} trail={trail} />;
}

function Shown({ page, trail }: { page: NegotiationPage; trail: React.ReactNode }) {
  const { t } = useTranslation('exchange');
  const [draft, setDraft] = useState<TermsDraft>();
  const { negotiation, listed } = page;
  const step = useStep(page, () => setDraft(undefined));
  const counter = page.may.includes('offer') ? 'offer' : page.may.includes('request') ? 'request' : undefined;
  return (
    <Page
      title={said(negotiation.title)}
      trail={trail}
      actions={
        draft === undefined && <Acts page={page} edit={counter && (() => setDraft(draftOf(negotiation.offer)))} />
      }
    >
      <div className="stack">
        {negotiation.trouble !== null && (
          <Alert type="error" showIcon title={t('negotiation.trouble')} description={negotiation.trouble} />
        )}
        <Glance page={page} />
        {draft !== undefined && counter !== undefined ? (
          <>
            <TermsEditor draft={draft} change={setDraft} />
            <div className="row">
              <Button
                type="primary"
                loading={step.isPending}
                disabled={policyOf(draft)['permission'] === undefined}
                onClick={() => step.mutate({ step: counter, offer: policyOf(draft) })}
              >
                {t('negotiation.send')}
              </Button>
              <Button onClick={() => setDraft(undefined)}>{t('negotiation.cancel')}</Button>
            </div>
          </>
        ) : (
          <div className="terms-pair">
            <Panel title={t(negotiation.agreement === null ? 'negotiation.table' : 'negotiation.agreed')}>
              <PolicyInWords policy={negotiation.agreement ?? negotiation.offer} />
            </Panel>
            {listed !== null && (
              <Panel title={t('negotiation.listed')}>
                <PolicyInWords policy={listed} />
              </Panel>
            )}
          </div>
        )}
        {negotiation.role === 'consumer' && negotiation.state === 'FINALIZED' && <Transfers page={page} />}
        {page.agreement !== null && <AgreementPanel made={page.agreement} isBuyer={page.side === 'consumer'} />}
        <Course steps={page.steps} />
      </div>
    </Page>
  );
}

function Acts({ page, edit }: { page: NegotiationPage; edit: (() => void) | undefined }) {
  const { t } = useTranslation('exchange');
  const ask = useAsk();
  const step = useStep(page);
  const yes = page.may.includes('accept') ? 'accept' : page.may.includes('agree') ? 'agree' : undefined;
  const end = async () => {
    const answer = await ask({
      title: t('negotiation.endTitle'),
      about: t('negotiation.endAbout'),
      act: t('negotiation.end'),
      danger: true,
      reason: true,
    });
    if (answer !== undefined) step.mutate({ step: 'terminate', reason: answer.reason });
  };
  return (
    <>
      {page.may.includes('terminate') && (
        <Button danger icon={<CloseOutlined />} onClick={end}>
          {t('negotiation.end')}
        </Button>
      )}
      {edit !== undefined && (
        <Button icon={<EditOutlined />} onClick={edit}>
          {t('negotiation.counter')}
        </Button>
      )}
      {yes !== undefined && (
        <Button
          type="primary"
          icon={<CheckOutlined />}
          loading={step.isPending}
          onClick={() => step.mutate({ step: yes })}
        >
          {t(`negotiation.${yes}`)}
        </Button>
      )}
    </>
  );
}

function Glance({ page: { negotiation, side } }: { page: NegotiationPage }) {
  const { t } = useTranslation('exchange');
  const { provider, consumer, state, offering, role, createdAt, updatedAt } = negotiation;
  return (
    <Panel title={t('negotiation.facts')}>
      <Facts
        facts={[
          [
            t('negotiations.state'),
            <StatusTag key="state" tone={NEGOTIATION_TONES[state]}>
              {t(`negotiations.states.${state}`)}
            </StatusTag>,
          ],
          [t('negotiations.side'), side === null ? t('negotiations.watching') : t(`negotiations.sides.${side}`)],
          [t('negotiation.seller'), partyName(provider)],
          [t('negotiation.buyer'), partyName(consumer)],
          [
            t('negotiations.what'),
            role === 'consumer' ? (
              offering
            ) : (
              <Go key="what" to={`/exchange/catalogue/${offering}`}>
                {said(negotiation.title)}
              </Go>
            ),
          ],
          [t('negotiation.made'), <Time key="made" at={createdAt} />],
          [t('negotiations.changed'), <Time key="changed" at={updatedAt} />],
        ]}
      />
    </Panel>
  );
}

/** What was fetched from the other connector. */
function Transfers({ page: { negotiation, transfers, side } }: { page: NegotiationPage }) {
  const { t } = useTranslation('exchange');
  const act = useTransferAct(negotiation.id);
  return (
    <Panel
      title={t('transfers.title')}
      actions={
        side === 'consumer' && (
          <Button type="primary" loading={act.isPending} onClick={() => act.mutate(undefined)}>
            {t('transfers.fetch')}
          </Button>
        )
      }
    >
      <p className="quiet">{t('transfers.about')}</p>
      {transfers.map((transfer) => {
        const { id, state, revision, dataAddress, reason, trouble, updatedAt } = transfer;
        const step = (which: 'complete' | 'terminate') => act.mutate({ transfer: id, step: which, revision });
        return (
          <div key={id} className="row">
            <StatusTag tone={trouble === null ? TRANSFER_TONES[state] : 'danger'}>
              {t(`transfers.states.${state}`)}
            </StatusTag>
            <Time at={updatedAt} />
            {(reason ?? trouble) !== null && <span>{reason ?? trouble}</span>}
            {state === 'STARTED' && dataAddress?.endpoint !== undefined && (
              <a href={dataAddress.endpoint} target="_blank" rel="noreferrer noopener">
                {t('transfers.open')}
              </a>
            )}
            {state === 'STARTED' && side === 'consumer' && (
              <>
                <Button size="small" onClick={() => step('complete')}>
                  {t('transfers.complete')}
                </Button>
                <Button size="small" danger onClick={() => step('terminate')}>
                  {t('transfers.terminate')}
                </Button>
              </>
            )}
          </div>
        );
      })}
    </Panel>
  );
}

const TRANSFER_TONES: Readonly<Record<TransferState, Tone>> = {
  REQUESTED: 'info',
  STARTED: 'good',
  SUSPENDED: 'warning',
  COMPLETED: 'neutral',
  TERMINATED: 'danger',
};

interface AgreementProps {
  made: NonNullable<NegotiationPage['agreement']>;
  isBuyer: boolean;
}

function AgreementPanel({ made, isBuyer }: AgreementProps) {
  const { t } = useTranslation('exchange');
  const { agreement, duties, uses } = made;
  const mayOrder = isBuyer && agreement.ended === null;
  const order = `/exchange/orders/new?offering=${agreement.offeringId}&agreement=${agreement.id}`;
  return (
    <Panel title={t('negotiation.agreement')} actions={mayOrder && <Go to={order}>{t('negotiation.order')}</Go>}>
      <Facts
        facts={[
          [t('negotiation.agreementId'), <code key="id">{agreement.id}</code>],
          [t('negotiation.made'), <Time key="made" at={agreement.madeAt} />],
          [t('negotiation.ended'), agreement.ended && <Time key="ended" at={agreement.ended.at} />],
          [t('negotiation.uses'), String(uses)],
          [
            t('negotiation.duties'),
            duties.length > 0 && (
              <span key="duties" className="row">
                {duties.map(({ rule, action, state }) => (
                  <StatusTag key={rule} tone={DUTY_TONES[state]}>
                    {t(`policy.actions.${action}`, { defaultValue: action })}: {t(`negotiation.duty.${state}`)}
                  </StatusTag>
                ))}
              </span>
            ),
          ],
        ]}
      />
    </Panel>
  );
}

const DUTY_TONES: Readonly<Record<'open' | 'done' | 'violated', Tone>> = {
  open: 'info',
  done: 'good',
  violated: 'danger',
};

const STEP_TONES: Readonly<Record<string, Tone>> = { terminate: 'danger', finalize: 'good', agree: 'good' };

function Course({ steps }: { steps: readonly ProtocolStep[] }) {
  const { t } = useTranslation('exchange');
  return (
    <Panel title={t('negotiation.course')}>
      <Timeline
        items={steps.map(({ place, at, message, actorName, detail }) => ({
          id: String(place),
          at,
          title: t(`negotiation.steps.${message}`),
          by: actorName,
          tone: STEP_TONES[message] ?? 'primary',
          ...(detail !== null && { detail: <Detail detail={detail} /> }),
        }))}
      />
    </Panel>
  );
}

function Detail({ detail: { policy, reason } }: { detail: NonNullable<ProtocolStep['detail']> }) {
  const { t } = useTranslation('exchange');
  if (policy === undefined) return <>{reason}</>;
  return (
    <details>
      <summary>{t('negotiation.see')}</summary>
      <PolicyInWords policy={policy} />
    </details>
  );
}
