import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OfferingDetail } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { Empty, Failure, Loading, Page } from '../ui/index.ts';
import { useOpening } from './negotiation-ask.ts';
import { said, useOffering } from './offering-ask.ts';
import { draftOf, policyOf } from './terms-draft.ts';
import { TermsEditor } from './terms-editor.tsx';

/** Asks for an offering on other terms than the listed ones. */
export default function NegotiationNew() {
  const { t } = useTranslation('exchange');
  const [offering] = useAddressValue('offering');
  return (
    <Page
      title={t('negotiation.new')}
      about={t('negotiation.newAbout')}
      trail={<Go to="/exchange/negotiations">{t('negotiation.back')}</Go>}
    >
      {offering === '' ? (
        <Empty title={t('negotiation.noneChosen')}>
          <Go to="/exchange/catalogue">{t('negotiation.noneChosenAbout')}</Go>
        </Empty>
      ) : (
        <Chosen id={offering} />
      )}
    </Page>
  );
}

function Chosen({ id }: { id: string }) {
  const query = useOffering(id);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Form offering={query.data} />;
}

function Form({ offering }: { offering: OfferingDetail }) {
  const { t } = useTranslation('exchange');
  const [draft, setDraft] = useState(() => draftOf(offering.policy));
  const opening = useOpening();
  return (
    <div className="stack">
      <h2>{said(offering.title)}</h2>
      <TermsEditor draft={draft} change={setDraft} />
      <div className="row">
        <Button
          type="primary"
          loading={opening.isPending}
          disabled={policyOf(draft)['permission'] === undefined}
          onClick={() => opening.mutate({ offering: offering.id, offer: policyOf(draft) })}
        >
          {t('negotiation.ask')}
        </Button>
      </div>
    </div>
  );
}
