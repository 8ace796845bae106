import { Input } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForecastMeasure, PipelineForecast } from '../../src/modules/cluster/model.ts';
import { useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Loading, Panel, Plot } from '../ui/index.ts';
import { today, useAmounts, useForecast } from './parks-ask.ts';

/** What the pipeline comes to by a day, with its interval and how it was reckoned. */
export function Forecast({ filter }: { filter: Record<string, string> }) {
  const { t } = useTranslation('cluster');
  const [date, setDate] = useAddressValue('date', `${Number(today().slice(0, 4)) + 1}-12-31`);
  const id = useId();
  const query = useForecast({ ...filter, date });
  return (
    <div className="stack">
      <span className="row">
        <label htmlFor={id}>{t('projects.forecastTo')}</label>
        <Input
          id={id}
          type="date"
          style={{ width: 170 }}
          value={date}
          onChange={({ target }) => target.value !== '' && setDate(target.value)}
        />
      </span>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <Shown forecast={query.data} />}
    </div>
  );
}

function Shown({ forecast }: { forecast: PipelineForecast }) {
  const { t } = useTranslation('cluster');
  const { money, number, percent } = useAmounts();
  const show = (measure: ForecastMeasure, value: number) => (measure.endsWith('Fen') ? money(value) : number(value));
  const level = percent(forecast.level);
  return (
    <>
      <DataTable<PipelineForecast['measures'][number]>
        name="forecast"
        label={t('projects.forecast')}
        rowKey={({ measure }) => measure}
        source={{ rows: forecast.measures }}
        searchable={false}
        columns={[
          {
            key: 'measure',
            title: t('projects.measure'),
            value: ({ measure }) => t(`projects.measures.${measure}`),
            phoneTitle: true,
          },
          {
            key: 'now',
            title: t('projects.now'),
            value: ({ now }) => now,
            render: ({ measure, now }) => show(measure, now),
            end: true,
          },
          {
            key: 'median',
            title: t('projects.median'),
            value: ({ median }) => median,
            render: ({ measure, median }) => show(measure, median),
            end: true,
          },
          {
            key: 'interval',
            title: t('projects.interval', { level }),
            value: ({ low, high }) => `${low} – ${high}`,
            render: ({ measure, low, high }) => `${show(measure, low)} – ${show(measure, high)}`,
            end: true,
          },
          { key: 'unknown', title: t('projects.figureUnknown'), value: ({ unknown }) => unknown, end: true },
        ]}
      />
      <div className="columns">
        <Panel>
          <Path forecast={forecast} />
        </Panel>
        {forecast.histogram.length > 0 && (
          <Panel>
            <Histogram forecast={forecast} />
          </Panel>
        )}
      </div>
      <p className="quiet">
        {t('projects.forecastNote', {
          draws: number(forecast.draws),
          seed: String(forecast.seed),
          open: forecast.open,
        })}
      </p>
    </>
  );
}

function Path({ forecast: { path, level } }: { forecast: PipelineForecast }) {
  const { t } = useTranslation('cluster');
  const { percent } = useAmounts();
  const band = { type: 'line', symbol: 'none', stack: 'band', lineStyle: { opacity: 0 }, tooltip: { show: false } };
  return (
    <Plot
      title={t('projects.pathTitle')}
      option={{
        tooltip: { trigger: 'axis' },
        xAxis: { type: 'category', data: path.map(({ date }) => date), boundaryGap: false },
        yAxis: { type: 'value', minInterval: 1 },
        series: [
          { ...band, data: path.map(({ low }) => low) },
          { ...band, data: path.map(({ low, high }) => high - low), areaStyle: { opacity: 0.2 } },
          { name: t('projects.median'), type: 'line', data: path.map(({ median }) => median) },
        ],
      }}
      table={{
        columns: [t('projects.on'), t('projects.low'), t('projects.median'), t('projects.high')],
        rows: path.map(({ date, low, median, high }) => [date, low, median, high]),
      }}
      note={t('projects.interval', { level: percent(level) })}
    />
  );
}

function Histogram({ forecast: { histogram } }: { forecast: PipelineForecast }) {
  const { t } = useTranslation('cluster');
  const { money, percent } = useAmounts();
  return (
    <Plot
      title={t('projects.histogramTitle')}
      option={{
        tooltip: { trigger: 'axis' },
        xAxis: { type: 'category', data: histogram.map(({ from, to }) => money((from + to) / 2)) },
        yAxis: { type: 'value' },
        series: [{ type: 'bar', barCategoryGap: '4%', data: histogram.map(({ share }) => Number(share.toFixed(4))) }],
      }}
      table={{
        columns: [t('projects.low'), t('projects.high'), t('projects.share')],
        rows: histogram.map(({ from, to, share }) => [money(from), money(to), percent(share)]),
      }}
    />
  );
}
