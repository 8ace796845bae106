import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Logic, TableTrial } from '../../src/modules/cluster/model.ts';
import { Scroller } from '../ui/index.ts';

type Table = Logic & { kind: 'table' };

/** A boxed expression as the standard draws it; of a table the rules that matched are lit. */
export function LogicView({ logic, label, asked }: { logic: Logic; label: string; asked?: TableTrial | undefined }) {
  switch (logic.kind) {
    case 'literal':
      return <pre className="decision-text">{logic.text}</pre>;
    case 'table':
      return <TableView table={logic} label={label} asked={asked} />;
    case 'function':
      return (
        <>
          <p className="mono decision-about">({logic.parameters.map(({ name }) => name).join(', ')})</p>
          <Inner logic={logic.logic} label={label} asked={asked} />
        </>
      );
    case 'context':
      return (
        <Boxes
          rows={logic.entries.map(({ variable, logic: entry }) => [
            variable?.name ?? '=',
            <Inner key="logic" logic={entry} label={label} asked={asked} />,
          ])}
        />
      );
    case 'list':
      return (
        <Boxes
          rows={logic.items.map((item, index) => [String(index + 1), <Inner key="logic" logic={item} label={label} />])}
        />
      );
    case 'relation':
      return <Relation relation={logic} label={label} />;
    case 'invocation':
      return (
        <>
          <Inner logic={logic.callee} label={label} />
          <Boxes
            rows={logic.bindings.map(({ parameter, logic: bound }) => [
              parameter,
              <Inner key="logic" logic={bound} label={label} />,
            ])}
          />
        </>
      );
    case 'conditional':
      return (
        <Boxes
          rows={[
            ['if', <Inner key="if" logic={logic.condition} label={label} />],
            ['then', <Inner key="then" logic={logic.whenTrue} label={label} />],
            ['else', <Inner key="else" logic={logic.whenFalse} label={label} />],
          ]}
        />
      );
    case 'filter':
      return (
        <Boxes
          rows={[
            ['in', <Inner key="in" logic={logic.list} label={label} />],
            ['match', <Inner key="match" logic={logic.match} label={label} />],
          ]}
        />
      );
    default:
      return (
        <Boxes
          rows={[
            [`${logic.kind} ${logic.variable} in`, <Inner key="in" logic={logic.list} label={label} />],
            [logic.kind === 'for' ? 'return' : 'satisfies', <Inner key="body" logic={logic.body} label={label} />],
          ]}
        />
      );
  }
}

/** Cells have no names of their own and never move: their place is their key. */
function keyed<T>(items: readonly T[]): { key: string; item: T; at: number }[] {
  return items.map((item, at) => ({ key: String(at), item, at }));
}

function Inner(props: { logic: Logic | undefined; label: string; asked?: TableTrial | undefined }) {
  return props.logic === undefined ? '–' : <LogicView {...props} logic={props.logic} />;
}

function Boxes({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="decision-boxes">
      {rows.map(([name, box]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{box}</dd>
        </div>
      ))}
    </dl>
  );
}

function Relation({ relation, label }: { relation: Logic & { kind: 'relation' }; label: string }) {
  return (
    <Scroller label={label} className="decision-scroll">
      <table className="decision-table">
        <thead>
          <tr>
            {relation.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(relation.rows).map(({ key: at, item: row }) => (
            <tr key={at}>
              {keyed(row).map(({ key, item: cell }) => (
                <td key={key}>
                  <Inner logic={cell} label={label} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

const AGGREGATION: Readonly<Record<string, string>> = { SUM: '+', MIN: '<', MAX: '>', COUNT: '#' };

function TableView({ table, label, asked }: { table: Table; label: string; asked: TableTrial | undefined }) {
  const { t } = useTranslation('cluster');
  const { hitPolicy, aggregation, inputs, outputs, annotations, rules } = table;
  const sign = `${hitPolicy.charAt(0)}${aggregation === undefined ? '' : AGGREGATION[aggregation]}`;
  const matched = new Set(asked?.matched);
  return (
    <>
      <p className="quiet decision-about">
        <strong>{sign}</strong>: {t(`decisions.policies.${hitPolicy.replace(' ', '-')}`)}
        {aggregation !== undefined && ` (${t(`decisions.aggregations.${aggregation}`)})`}
      </p>
      <Scroller label={t('decisions.tableOf', { name: label })} className="decision-scroll">
        <table className="decision-table">
          <thead>
            <tr>
              <th scope="col" className="sign">
                {sign}
              </th>
              {keyed(inputs).map(({ key, item: input }) => (
                <th scope="col" key={key}>
                  {input.label ?? input.text}
                  {input.label !== undefined && input.label !== input.text && <code>{input.text}</code>}
                </th>
              ))}
              {keyed(outputs).map(({ key, item: output }) => (
                <th scope="col" key={key} className="output">
                  {output.label ?? output.name ?? label}
                  {output.values !== undefined && <code>{output.values}</code>}
                </th>
              ))}
              {keyed(annotations).map(({ key, item: annotation }) => (
                <th scope="col" key={key} className="note">
                  {annotation}
                </th>
              ))}
            </tr>
            {asked !== undefined && (
              <tr className="given">
                <th scope="row">
                  <span className="unseen">{t('decisions.given')}</span>=
                </th>
                {keyed(asked.inputs).map(({ key, item: input }) => (
                  <td key={key} className="mono">
                    {input === 'null' ? t('decisions.unknown') : input}
                  </td>
                ))}
                <td colSpan={outputs.length + annotations.length}>
                  {matched.size === 0 ? t('decisions.noRule') : null}
                </td>
              </tr>
            )}
          </thead>
          <tbody>
            {keyed(rules).map(({ key, item: rule, at }) => (
              <tr key={key} className={matched.has(at) ? 'matched' : undefined}>
                <th scope="row" className="sign">
                  {at + 1}
                  {matched.has(at) && <span title={t('decisions.matches')}> ✓</span>}
                  {matched.has(at) && <span className="unseen">{t('decisions.matches')}</span>}
                </th>
                {keyed(rule.inputs).map(({ key, item: text }) => (
                  <td key={key} className="mono">
                    {text}
                  </td>
                ))}
                {keyed(rule.outputs).map(({ key, item: text }) => (
                  <td key={key} className="mono output">
                    {text}
                  </td>
                ))}
                {keyed(rule.annotations).map(({ key, item: text }) => (
                  <td key={key} className="note">
                    {text}
                  </td>
                ))}
              </tr>
            ))}
            {outputs.some(({ otherwise }) => otherwise !== undefined) && (
              <tr>
                <th scope="row" colSpan={inputs.length + 1}>
                  {t('decisions.otherwise')}
                </th>
                {keyed(outputs).map(({ key, item: output }) => (
                  <td key={key} className="mono output">
                    {output.otherwise ?? 'null'}
                  </td>
                ))}
                {annotations.length > 0 && <td colSpan={annotations.length} />}
              </tr>
            )}
          </tbody>
        </table>
      </Scroller>
    </>
  );
}
