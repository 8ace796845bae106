import { useQuery } from '@tanstack/react-query';
import { Checkbox, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type CurveLayer,
  DETECTORS,
  type DetectorMethod,
  type DiseaseCurve,
  LAYERS,
  type LayerId,
  NOWCAST_METHODS,
  type Verdict,
} from '../../src/modules/signals/model.ts';
import { api, Refusal, useAddressValue } from '../shell/index.ts';
import { Empty, Failure, Loading, Panel, Plot } from '../ui/index.ts';
import { Judgement } from './judgement.tsx';
import { useNumber } from './watch-ask.ts';
import { layersOption } from './watch-plots.ts';

interface AskedOf {
  curve: DiseaseCurve;
}

function useLayer({ definition, place, since, until }: DiseaseCurve, layer: LayerId, by: string, isOn: boolean) {
  return useQuery({
    queryKey: ['signals', 'layer', definition.id, { place, since, until, layer, by }],
    queryFn: ({ signal }) =>
      api.get<CurveLayer>(`/api/signals/diseases/${encodeURIComponent(definition.id)}/layer`, {
        query: { place, since, until, layer, by },
        signal,
      }),
    enabled: isOn,
    staleTime: 60_000,
    retry: false,
  });
}

/** Estimates that can be laid over the daily curve; they are worked out when somebody asks for them. */
export function Layers({ curve }: AskedOf) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const [chosen, choose] = useAddressValue('layers', '');
  const [by, setBy] = useAddressValue('by', 'lawless');
  const on = LAYERS.filter((layer) => chosen.split(',').includes(layer));
  const asked = {
    nowcast: useLayer(curve, 'nowcast', by, on.includes('nowcast')),
    'back-projection': useLayer(curve, 'back-projection', 'lawless', on.includes('back-projection')),
    reproduction: useLayer(curve, 'reproduction', 'lawless', on.includes('reproduction')),
  };
  const known = on.flatMap((layer) => asked[layer].data ?? []);
  return (
    <Panel title={t('layers.title')}>
      <div className="stack">
        <Checkbox.Group
          aria-label={t('layers.title')}
          value={on}
          onChange={(values) => choose(values.join(','))}
          options={LAYERS.map((value) => ({ value, label: t(`layers.names.${value}`) }))}
        />
        {on.includes('nowcast') && (
          <div className="watch-filters">
            <div className="watch-field">
              {t('layers.by')}
              <Select
                aria-label={t('layers.by')}
                value={by}
                onChange={setBy}
                options={NOWCAST_METHODS.map((value) => ({ value, label: t(`layers.methods.${value}`) }))}
              />
            </div>
          </div>
        )}
        {on.length === 0 && <Empty title={t('layers.none')} />}
        {on.map((layer) => {
          const { isPending, isError, error, refetch } = asked[layer];
          if (isPending) return <Loading key={layer} lines={2} />;
          return isError ? (
            <div key={layer}>
              <h3>{t(`layers.names.${layer}`)}</h3>
              <Unanswered error={error} retry={refetch} />
            </div>
          ) : null;
        })}
        {known.length > 0 && (
          <Plot
            title={t('layers.plot')}
            heightPx={340}
            option={layersOption(curve, known, {
              cases: t('disease.cases'),
              nameOf: (layer) => t(`layers.names.${layer}`),
              limits: t('layers.limits'),
              number,
            })}
            note={known.map(({ layer, parameters }) => (
              <span key={layer}>
                {t(`layers.notes.${layer}`, { ...parameters, by: t(`layers.methods.${by as 'lawless'}`) })}{' '}
              </span>
            ))}
            table={{
              columns: [
                t('disease.date'),
                t('disease.cases'),
                ...known.flatMap(({ layer }) => [t(`layers.names.${layer}`), '2.5 %', '97.5 %']),
              ],
              rows: curve.points.map(({ date, cases }) => [
                date,
                cases,
                ...known.flatMap(({ dates, value, low, high }) => {
                  const at = dates.indexOf(date);
                  return [value[at] ?? '', low[at] ?? '', high[at] ?? ''];
                }),
              ]),
            }}
          />
        )}
      </div>
    </Panel>
  );
}

/** What cannot be answered from so few cases is no failure. */
function Unanswered({ error, retry }: { error: Error; retry: () => void }) {
  if (error instanceof Refusal && error.status === 422) return <Empty title={error.message} />;
  return <Failure error={error} retry={retry} />;
}

/** The series as another method sees it. */
export function OtherJudge({ curve }: AskedOf) {
  const { t } = useTranslation('signals');
  const [judge, setJudge] = useAddressValue('judge', '');
  const { definition, place, unit, since, until } = curve;
  const methods = (Object.keys(DETECTORS) as DetectorMethod[]).filter((method) =>
    (DETECTORS[method].units as readonly string[]).includes(unit),
  );
  const isKnown = (methods as readonly string[]).includes(judge);
  const query = useQuery({
    queryKey: ['signals', 'judged', definition.id, { place, unit, since, until, judge }],
    queryFn: ({ signal }) =>
      api.get<Verdict>(`/api/signals/diseases/${encodeURIComponent(definition.id)}/judged`, {
        query: { place, unit, since, until, judge },
        signal,
      }),
    enabled: isKnown,
    staleTime: 60_000,
    retry: false,
  });
  return (
    <Panel title={t('judges.title')}>
      <div className="stack">
        <div className="watch-filters">
          <div className="watch-field">
            {t('judges.method')}
            <Select
              aria-label={t('judges.method')}
              value={isKnown ? judge : ''}
              onChange={setJudge}
              options={[
                { value: '', label: t('judges.none') },
                ...methods.map((value) => ({ value, label: t(`definitions.methods.${value}`) })),
              ]}
            />
          </div>
        </div>
        {isKnown && query.isPending && <Loading />}
        {isKnown && query.isError && <Unanswered error={query.error} retry={() => query.refetch()} />}
        {isKnown && query.isSuccess && <Judgement verdict={query.data} remark={t('judges.uncorrected')} />}
      </div>
    </Panel>
  );
}
