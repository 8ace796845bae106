import { CheckOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Radio, Select } from 'antd';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site, Wire } from '../../src/modules/custody/model.ts';
import { api, useAddressValue } from '../shell/index.ts';
import { Page, Panel, StatusTag, Time, useNotice } from '../ui/index.ts';
import { newKey, type Stated, useWaiting } from './waiting.ts';

const LARGE = { minHeight: 56, fontSize: 18 };

/** For a phone in the rain: few things, all of them large, in one column within the thumb's reach. */
export default function HandOver() {
  const { t } = useTranslation('custody');
  const notice = useNotice();
  const [scanned] = useAddressValue('thing');
  const [thing, setThing] = useState(scanned);
  const [to, setTo] = useState<string>();
  const [from, setFrom] = useState<string>();
  const [step, setStep] = useState<Stated['step']>('accepting');
  const [condition, setCondition] = useState<Stated['condition']>('conformant');
  const [note, setNote] = useState('');
  const sent = useCallback(
    (stated: Stated) => notice.done(t('handOver.sent', { thing: stated.thing.split('/').at(-1) })),
    [notice.done, t],
  );
  const { waiting, add, drop, send } = useWaiting(sent);
  const parties = useParties();
  const ready = thing.trim() !== '' && to !== undefined;

  const state = () => {
    if (!ready) return;
    add({
      key: newKey(),
      thing: thing.trim(),
      to,
      step,
      condition,
      at: new Date().toISOString(),
      ...(from !== undefined && { from }),
      ...(note.trim() !== '' && { note: note.trim() }),
    });
    setThing('');
    setNote('');
    setCondition('conformant');
  };
  const choice = (
    value: string | undefined,
    change: (value: string | undefined) => void,
    placeholder: string,
    label: string,
  ) => (
    <Select
      size="large"
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={change}
      options={parties}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      style={{ width: '100%', minHeight: 48 }}
    />
  );
  return (
    <Page title={t('handOver.title')} about={t('handOver.about')}>
      <Form layout="vertical" onFinish={state} style={{ maxWidth: 520 }} requiredMark={false}>
        <Form.Item label={t('handOver.thing')} htmlFor="thing">
          <Input
            id="thing"
            size="large"
            value={thing}
            onChange={({ target }) => setThing(target.value)}
            placeholder={t('handOver.thingHint')}
            autoFocus
            autoComplete="off"
            autoCapitalize="characters"
            enterKeyHint="next"
            style={LARGE}
          />
        </Form.Item>
        <Form.Item label={t('handOver.to')}>{choice(to, setTo, t('handOver.choose'), t('handOver.to'))}</Form.Item>
        <Form.Item label={t('handOver.condition')}>
          <Radio.Group
            value={condition}
            onChange={({ target }) => setCondition(target.value)}
            optionType="button"
            buttonStyle="solid"
            size="large"
            aria-label={t('handOver.condition')}
            style={{ display: 'flex', flexWrap: 'wrap' }}
            options={[
              { value: 'conformant', label: t('handOver.conformant') },
              { value: 'damaged', label: t('handOver.damaged') },
              { value: 'non_conformant', label: t('handOver.nonConformant') },
            ]}
          />
        </Form.Item>
        <Form.Item label={t('handOver.step')}>
          <Radio.Group
            value={step}
            onChange={({ target }) => setStep(target.value)}
            optionType="button"
            size="large"
            aria-label={t('handOver.step')}
            options={[
              { value: 'accepting', label: t('handOver.accepting') },
              { value: 'receiving', label: t('handOver.receiving') },
            ]}
          />
        </Form.Item>
        <Form.Item label={t('handOver.from')}>
          {choice(from, setFrom, t('handOver.fromHint'), t('handOver.from'))}
        </Form.Item>
        <Form.Item label={t('handOver.note')} htmlFor="note">
          <Input id="note" size="large" value={note} onChange={({ target }) => setNote(target.value)} maxLength={500} />
        </Form.Item>
        <Button
          type="primary"
          htmlType="submit"
          block
          icon={<CheckOutlined />}
          disabled={!ready}
          style={{ ...LARGE, minHeight: 72, position: 'sticky', bottom: 76, zIndex: 1 }}
        >
          {t('handOver.send')}
        </Button>
      </Form>
      {waiting.length > 0 && (
        <Panel
          title={t('handOver.waiting', { count: waiting.length })}
          actions={<Button onClick={send}>{t('handOver.again')}</Button>}
        >
          <div className="stack">
            {waiting.map((stated) => (
              <div key={stated.key} className="row">
                <span className="mono">{stated.thing.split('/').at(-1)}</span> <Time at={stated.at} />
                {stated.refused !== undefined && (
                  <StatusTag tone="danger">{`${t('handOver.refused')}: ${stated.refused}`}</StatusTag>
                )}
                {stated.refused !== undefined && (
                  <Button size="small" onClick={() => drop(stated.key)}>
                    {t('handOver.drop')}
                  </Button>
                )}
              </div>
            ))}
          </div>
        </Panel>
      )}
    </Page>
  );
}

const PARTIES = 'banyan.parties';

/** Places and parties to choose from; the last list is kept for a phone without network. */
function useParties(): { value: string; label: string }[] {
  const { i18n } = useTranslation();
  const query = useQuery({
    queryKey: ['parties'],
    staleTime: 10 * 60_000,
    queryFn: async ({ signal }) => {
      const { sites } = await api.get<{ sites: Wire<Site>[] }>('/api/custody/sites', { signal });
      try {
        localStorage.setItem(PARTIES, JSON.stringify(sites));
      } catch {
        // The browser's store is full: the list is there as long as the page is.
      }
      return sites;
    },
  });
  const sites = query.data ?? keptParties();
  return sites.map(({ gln, name }) => ({
    value: gln,
    label: `${name[i18n.language === 'zh' ? 'zh' : 'en']} · ${gln}`,
  }));
}

function keptParties(): Wire<Site>[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PARTIES) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
