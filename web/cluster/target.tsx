import { PlusOutlined, QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TargetAsk, TargetPage, TargetValue } from '../../src/modules/cluster/model.ts';
import { api, Go, usePathValue } from '../shell/index.ts';
import {
  DataTable,
  Facts,
  Failure,
  Loading,
  Page,
  Panel,
  Plot,
  type PlotOption,
  StatusTag,
  Time,
  useNotice,
} from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { percent, useClusterAct } from './fund-ask.tsx';
import { nameOf } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import { Inferred, StateTag, useAmount, useTarget } from './target-ask.tsx';
import './record.css';

/** A target: who answers for it, its values, where they lead. */
export default function Target() {
  const { t } = useTranslation('cluster');
  const id = usePathValue('id');
  const query = useTarget(id);
  const page = query.data;
  const [form, setForm] = useState<'value' | 'ask' | TargetValue>();
  return (
    <Page
      title={page === undefined ? t('targets.name') : nameOf(page)}
      trail={<Go to="/cluster/targets">{t('targets.title')}</Go>}
      actions={
        page?.mayWrite === true && (
          <>
            {page.openAsk === null && (
              <Button icon={<QuestionCircleOutlined />} onClick={() => setForm('ask')}>
                {t('targets.ask')}
              </Button>
            )}
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm('value')}>
              {t('target.enter')}
            </Button>
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && (
        <div className="stack">
          {page.example && (
            <div>
              <ExampleTag on />
            </div>
          )}
          <Stand page={page} />
          <Course page={page} />
          <Values page={page} correct={setForm} />
          <Asks asks={page.asks} />
          {form === 'ask' && <AskLead page={page} close={() => setForm(undefined)} />}
          {form !== undefined && form !== 'ask' && (
            <EnterValue page={page} {...(form !== 'value' && { was: form })} close={() => setForm(undefined)} />
          )}
        </div>
      )}
    </Page>
  );
}

function Stand({ page }: { page: TargetPage }) {
  const { t } = useTranslation('cluster');
  const amount = useAmount();
  const { unit, baseline, counted, leads, shares } = page;
  return (
    <Panel>
      <Facts
        facts={[
          [t('targets.goal'), `${amount(page.value, unit, page.op)}${page.year === null ? '' : ` (${page.year})`}`],
          [t('targets.state'), <StateTag key="state" target={page} />],
          [
            t('target.baseline'),
            baseline === null
              ? t('funds.unknown')
              : t('targets.lastOf', { value: amount(baseline.value, unit, baseline.op), year: baseline.year }),
          ],
          [
            t('targets.last'),
            page.last === null || page.last.from === 'baseline'
              ? t('funds.unknown')
              : t('targets.lastOf', { value: amount(page.last.value, unit, page.last.op), year: page.last.year }),
          ],
          [
            t('target.counted'),
            counted !== null && t('target.countedNote', { value: counted.value, of: counted.of, known: counted.known }),
          ],
          [t('target.added'), page.addedAYear === null ? t('funds.unknown') : amount(page.addedAYear, unit)],
          [t('targets.needed'), page.neededAYear !== null && amount(page.neededAYear, unit)],
          [
            t('targets.lead'),
            leads.length > 0 && (
              <span className="row">
                {leads.map((each) => (
                  <ThingLink key={each.id} thing={each} />
                ))}
                {page.isInferred && <Inferred basis={page.basis} />}
              </span>
            ),
          ],
          [
            t('target.shares'),
            shares.length > 0 && (
              <span className="row">
                {shares.map((each) => (
                  <ThingLink key={each.id} thing={each} />
                ))}
              </span>
            ),
          ],
          [t('target.basis'), page.basis],
          [t('target.quote'), page.quote],
          [t('target.source'), page.source],
        ]}
      />
    </Panel>
  );
}

/** Values, the straight way to the goal, and the forecast with its interval. */
function Course({ page }: { page: TargetPage }) {
  const { t } = useTranslation('cluster');
  const amount = useAmount();
  const { forecast, points, unit } = page;
  const scale = unit === 'fen' ? 100 : 1;
  const told = (value: unknown): string => (value == null ? '–' : amount(Number(value) * scale, unit));
  const ahead = forecast.method === 'none' ? [] : [forecast];
  const line = (name: string, data: (readonly [number, number])[], rest: object): object => ({
    type: 'line',
    name,
    data: data.map(([year, value]) => [year, value / scale]),
    ...rest,
  });
  const first = points[0];
  const last = points.at(-1);
  const option: PlotOption = {
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => told(Array.isArray(value) ? value[1] : value) },
    legend: { top: 0, type: 'scroll' },
    grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value',
      min: 'dataMin',
      max: 'dataMax',
      axisLabel: { formatter: (year: number) => String(year) },
      minInterval: 1,
    },
    yAxis: { type: 'value', scale: true, axisLabel: { formatter: told } },
    series: [
      line(
        t('target.value'),
        points.map(({ year, value }) => [year, value]),
        { color: '#0072b2', symbolSize: 7 },
      ),
      ...(page.year === null || first === undefined
        ? []
        : [
            line(
              t('target.goalLine'),
              [
                [first.year, first.value],
                [page.year, page.value],
              ],
              { color: '#009e73', lineStyle: { type: 'dotted' }, symbolSize: 7 },
            ),
          ]),
      ...ahead.flatMap(({ year, value, low, high }) => [
        line(
          t('target.forecast'),
          [
            [last!.year, last!.value],
            [year, value],
          ],
          { color: '#d55e00', lineStyle: { type: 'dashed' }, symbolSize: 7 },
        ),
        line(
          t('target.low'),
          [
            [last!.year, last!.value],
            [year, low],
          ],
          { color: '#d55e00', lineStyle: { width: 1, opacity: 0.5 }, showSymbol: false },
        ),
        line(
          t('target.high'),
          [
            [last!.year, last!.value],
            [year, high],
          ],
          { color: '#d55e00', lineStyle: { width: 1, opacity: 0.5 }, showSymbol: false },
        ),
      ]),
    ],
  };
  const words =
    forecast.method === 'none'
      ? t('target.forecastNone', { points: forecast.points })
      : `${t('target.forecastWords', {
          year: forecast.year,
          value: amount(forecast.value, unit),
          low: amount(forecast.low, unit),
          high: amount(forecast.high, unit),
          chance: forecast.chance < 0.01 ? `< ${percent(0.01)}` : percent(forecast.chance),
        })} ${t(`target.methods.${forecast.method}`, { points: forecast.points })}`;
  return (
    <Panel title={t('target.course')}>
      {points.length > 0 && (
        <Plot
          title={nameOf(page)}
          option={option}
          table={{
            columns: [t('targets.year'), t('target.value'), t('target.source')],
            rows: points.map(({ year, value, source }) => [year, value / scale, source]),
          }}
        />
      )}
      <p>{words}</p>
    </Panel>
  );
}

function Values({ page, correct }: { page: TargetPage; correct: (value: TargetValue) => void }) {
  const { t } = useTranslation('cluster');
  const amount = useAmount();
  const corrected = new Set(page.values.map(({ corrects }) => corrects));
  const departments = new Map([...page.leads, ...page.shares].map((each) => [each.id, nameOf(each)]));
  return (
    <Panel title={t('target.values')} flush>
      <DataTable<TargetValue>
        name={`target-${page.id}`}
        label={t('funds.table', { name: t('target.values') })}
        searchable={false}
        rowKey={({ id }) => id}
        source={{ rows: page.values }}
        emptyText={t('target.noValues')}
        columns={[
          { key: 'year', title: t('targets.year'), value: ({ year }) => String(year), phoneTitle: true },
          {
            key: 'value',
            title: t('target.value'),
            value: ({ value }) => (page.unit === 'fen' ? value / 100 : value),
            render: ({ id, value }) => (
              <span className="row">
                {amount(value, page.unit)}
                {corrected.has(id) && <StatusTag tone="danger">{t('target.corrected')}</StatusTag>}
              </span>
            ),
            end: true,
          },
          {
            key: 'source',
            title: t('target.source'),
            value: ({ source, quote, reason }) =>
              [source, quote, reason === null ? null : t('target.correctedBy', { reason })]
                .filter((part) => part !== null)
                .join(' · '),
          },
          {
            key: 'department',
            title: t('target.department'),
            value: ({ department }) => departments.get(department ?? '') ?? '',
          },
          { key: 'by', title: t('target.by'), value: ({ enteredByName }) => enteredByName },
          {
            key: 'on',
            title: t('target.on'),
            value: ({ enteredAt }) => enteredAt,
            render: ({ enteredAt }) => <Time at={enteredAt} />,
          },
          ...(page.mayWrite
            ? [
                {
                  key: 'act',
                  title: '',
                  value: () => '',
                  render: (value: TargetValue) =>
                    !corrected.has(value.id) && (
                      <Button size="small" onClick={() => correct(value)}>
                        {t('target.correct')}
                      </Button>
                    ),
                },
              ]
            : []),
        ]}
      />
    </Panel>
  );
}

function Asks({ asks }: { asks: readonly TargetAsk[] }) {
  const { t } = useTranslation('cluster');
  if (asks.length === 0) return null;
  return (
    <Panel title={t('target.asks')} flush>
      <DataTable<TargetAsk>
        name="target-asks"
        label={t('funds.table', { name: t('target.asks') })}
        searchable={false}
        rowKey={({ id }) => id}
        source={{ rows: asks }}
        columns={[
          { key: 'year', title: t('target.askYear'), value: ({ year }) => String(year), phoneTitle: true },
          { key: 'words', title: t('target.words'), value: ({ words }) => words },
          { key: 'due', title: t('target.due'), value: ({ due }) => due },
          {
            key: 'state',
            title: t('targets.state'),
            value: ({ answeredAt, reminders }) =>
              answeredAt === null ? t('target.open', { count: reminders }) : t('target.answered'),
          },
          { key: 'by', title: t('target.by'), value: ({ askedByName }) => askedByName },
        ]}
      />
    </Panel>
  );
}

/** The first year after the last value, and not after this one. */
function nextYear({ last }: TargetPage): number {
  const now = new Date().getFullYear();
  return last === null ? now - 1 : Math.min(last.year + 1, now);
}

function AskLead({ page, close }: { page: TargetPage; close: () => void }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [form] = Form.useForm<{ year: number; words?: string }>();
  const ask = useClusterAct(
    (given: { year: number; words?: string }) => api.post(`/api/cluster/targets/${page.id}/asks`, given),
    () => {
      notice.done(t('target.done'));
      close();
    },
  );
  return (
    <Modal
      open
      title={t('targets.ask')}
      okText={t('targets.ask')}
      cancelText={t('funds.cancel')}
      confirmLoading={ask.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ year: nextYear(page) }}
        onFinish={(given) => ask.mutate(given)}
      >
        <Form.Item name="year" label={t('target.askYear')} rules={[{ required: true }]}>
          <InputNumber min={1990} max={2100} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="words" label={t('target.words')}>
          <Input.TextArea rows={3} maxLength={1000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

interface Given {
  year: number;
  value: number;
  source: string;
  quote?: string;
  department?: string;
  reason?: string;
}

/** A new value, or one that corrects another. Of money in yuan. */
function EnterValue({ page, was, close }: { page: TargetPage; was?: TargetValue; close: () => void }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [form] = Form.useForm<Given>();
  const scale = page.unit === 'fen' ? 100 : 1;
  const enter = useClusterAct(
    ({ value, quote, department, ...rest }: Given) =>
      api.post(`/api/cluster/targets/${page.id}/values`, {
        ...rest,
        value: scale === 1 ? value : Math.round(value * scale),
        ...(quote && { quote }),
        ...(department && { department }),
        ...(was !== undefined && { corrects: was.id }),
      }),
    () => {
      notice.done(t('target.done'));
      close();
    },
  );
  const needed = [{ required: true }];
  return (
    <Modal
      open
      title={was === undefined ? t('target.enter') : t('target.correct')}
      okText={was === undefined ? t('target.enter') : t('target.correct')}
      cancelText={t('funds.cancel')}
      confirmLoading={enter.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Given>
        form={form}
        layout="vertical"
        initialValues={
          was === undefined
            ? { year: nextYear(page) }
            : { year: was.year, value: was.value / scale, source: was.source }
        }
        onFinish={(given) => enter.mutate(given)}
      >
        <Form.Item name="year" label={t('targets.year')} rules={needed}>
          <InputNumber min={1990} max={2100} disabled={was !== undefined} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name="value"
          label={scale === 1 ? t('target.value') : `${t('target.value')} (${t('target.yuan')})`}
          rules={needed}
        >
          <InputNumber style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="source" label={t('target.source')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={1000} />
        </Form.Item>
        <Form.Item name="quote" label={t('target.quote')}>
          <Input.TextArea rows={2} maxLength={1000} />
        </Form.Item>
        <Form.Item name="department" label={t('target.department')}>
          <Select
            allowClear
            options={[...page.leads, ...page.shares].map((each) => ({ value: each.id, label: nameOf(each) }))}
          />
        </Form.Item>
        {was !== undefined && (
          <Form.Item name="reason" label={t('target.reason')} rules={[{ required: true, whitespace: true }]}>
            <Input.TextArea rows={2} maxLength={1000} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
