import { describe, expect, test } from 'vitest';
import { drawAnswer } from './result-plot.ts';

/** Goal: a picture is offered where it tells something, of the right columns. */
describe('drawAnswer', () => {
  const columns = (...types: string[]) => types.map((type, at) => ({ name: `c${at}`, type }));

  test('names with a number are bars', () => {
    const drawing = drawAnswer({
      columns: columns('LowCardinality(Nullable(String))', 'UInt64'),
      rows: [
        ['a', 3],
        ['b', 5],
      ],
    });
    expect(drawing).toMatchObject({ kind: 'bar', across: 0, up: [1] });
  });

  test('times with numbers are lines in the order of time, whatever the order of the rows', () => {
    const drawing = drawAnswer({
      columns: columns('Float64', "DateTime64(3, 'UTC')"),
      rows: [
        [2, '2026-02-01T00:00:00Z'],
        [1, '2026-01-01T00:00:00Z'],
      ],
    });
    expect(drawing).toMatchObject({ kind: 'line', across: 1, up: [0] });
    const [series] = drawing!.option['series'] as { data: unknown[][] }[];
    expect(series!.data.map(([, value]) => value)).toEqual([1, 2]);
  });

  test('texts that are all days are times', () => {
    const rows = [
      ['2026-01', 1],
      ['2026-02', 2],
    ];
    expect(drawAnswer({ columns: columns('String', 'UInt8'), rows })?.kind).toBe('line');
  });

  test('two columns of numbers are a line in the order of the first', () => {
    const rows = [
      [10, 1],
      [9, 2],
    ];
    const [series] = drawAnswer({ columns: columns('Int64', 'Int64'), rows })!.option['series'] as {
      data: unknown[];
    }[];
    expect(series!.data).toEqual([
      [9, 2],
      [10, 1],
    ]);
  });

  test.each([
    ['one row', ['String', 'UInt8'], [['a', 1]]],
    [
      'no number',
      ['String', 'String'],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['too many bars', ['String', 'UInt8'], Array.from({ length: 61 }, (_, at) => [`n${at}`, at])],
  ])('%s has no picture', (_, types, rows) => {
    expect(drawAnswer({ columns: columns(...types), rows })).toBeUndefined();
  });
});
