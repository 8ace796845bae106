import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type TemperatureState, THING_STATES, type Thing, type Wire } from '../../src/modules/custody/model.ts';
import { api, Go, useAddressValue, useGo } from '../shell/index.ts';
import { type Column, DataTable, Page, StatusTag, Time } from '../ui/index.ts';
import { degrees, type Names, STATE_TONES, TEMPERATURE_TONES, useNameOf } from './words.ts';

type Line = Wire<Thing> & {
  class: string;
  contents: number;
  temperatureC?: number;
  measuredAt?: string;
  temperatureState: TemperatureState;
  placeName: string;
  holderName: string;
};
interface Answer {
  boxes: Omit<Line, 'placeName' | 'holderName'>[];
  names: Names;
  next?: string;
}

/** All transport boxes, last seen first. */
export default function Boxes() {
  const { t } = useTranslation('custody');
  const nameOf = useNameOf();
  const go = useGo();
  const [state, setState] = useAddressValue('state');
  const columns: Column<Line>[] = [
    {
      key: 'code',
      title: t('boxes.code'),
      value: (box) => box.code,
      phoneTitle: true,
      render: (box) => <Go to={`/custody/boxes/${encodeURIComponent(box.part)}`}>{box.code}</Go>,
    },
    {
      key: 'state',
      title: t('boxes.state'),
      value: (box) => t(`states.${box.state}`),
      render: (box) => <StatusTag tone={STATE_TONES[box.state] ?? 'neutral'}>{t(`states.${box.state}`)}</StatusTag>,
    },
    {
      key: 'temperature',
      title: t('boxes.temperature'),
      value: (box) => box.temperatureC,
      render: (box) => (
        <span className="row">
          <span className="numbers">{degrees(box.temperatureC)}</span>
          <StatusTag tone={TEMPERATURE_TONES[box.temperatureState]}>
            {t(`temperatures.${box.temperatureState}`)}
          </StatusTag>
        </span>
      ),
    },
    { key: 'class', title: t('boxes.class'), value: (box) => t(`classes.${box.class}`, { defaultValue: box.class }) },
    { key: 'contents', title: t('boxes.contents'), value: (box) => box.contents, end: true },
    {
      key: 'place',
      title: t('boxes.place'),
      value: (box) => box.placeName || (box.state === 'in-transit' ? t('boxes.onTheWay') : ''),
    },
    { key: 'holder', title: t('boxes.holder'), value: (box) => box.holderName },
    {
      key: 'seen',
      title: t('boxes.seen'),
      value: (box) => new Date(box.seenAt),
      render: (box) => <Time at={box.seenAt} />,
    },
  ];
  return (
    <Page
      title={t('boxes.title')}
      about={t('boxes.about')}
      actions={
        <Button type="primary" onClick={() => go('/custody/hand-over')}>
          {t('boxes.handOver')}
        </Button>
      }
    >
      <DataTable
        name="boxes"
        label={t('boxes.title')}
        columns={columns}
        rowKey={(box) => box.part}
        searchable
        emptyText={t('boxes.empty')}
        filters={
          <Select
            aria-label={t('boxes.state')}
            placeholder={t('boxes.state')}
            allowClear
            value={state || undefined}
            onChange={(value?: string) => setState(value ?? '')}
            style={{ minWidth: 140 }}
            options={THING_STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
          />
        }
        source={{
          queryKey: ['boxes', state],
          load: async ({ search, after, limit }, signal) => {
            const { boxes, names, next } = await api.get<Answer>('/api/custody/boxes', {
              query: { q: search, state, after, limit },
              signal,
            });
            return {
              rows: boxes.map((box) => ({
                ...box,
                placeName: nameOf(box.place, names),
                holderName: nameOf(box.holder, names),
              })),
              next,
            };
          },
        }}
      />
    </Page>
  );
}
