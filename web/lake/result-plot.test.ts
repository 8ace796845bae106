import { describe, expect, test } from 'vitest';
import { drawAnswer, drawable } from './result-plot.ts';

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

  test('of two columns that tell the rows apart the one in words is drawn', () => {
    const rows = [
      ['14647-2', '总胆固醇', 3],
      ['2885-2', '总蛋白', 5],
    ];
    const drawing = drawAnswer({ columns: columns('String', 'String', 'UInt64'), rows });
    expect(drawing).toMatchObject({
      kind: 'bar',
      across: 1,
      up: [2],
      option: { yAxis: { data: ['总胆固醇', '总蛋白'] } },
    });
  });

  describe('months of two sexes', () => {
    const answer = {
      columns: columns('Date', 'String', 'UInt64', 'UInt64'),
      rows: [
        ['2026-01-01', 'male', 1, 10],
        ['2026-01-01', 'female', 2, 20],
        ['2026-02-01', 'male', 3, 30],
        ['2026-02-01', 'female', 4, 40],
      ],
    };

    test('are two lines of the first amount', () => {
      const drawing = drawAnswer(answer);
      expect(drawing).toMatchObject({ kind: 'line', across: 0, by: 1, up: [2] });
      const series = drawing!.option['series'] as { name: string; data: unknown[][] }[];
      expect(series.map(({ name, data }) => [name, data.map(([, value]) => value)])).toEqual([
        ['male', [1, 3]],
        ['female', [2, 4]],
      ]);
    });

    test('not split are points: a line would go back and forth', () => {
      expect(drawAnswer(answer, { by: null })).toMatchObject({ kind: 'point', up: [2, 3] });
    });

    test('are bars of another amount where somebody wants it so', () => {
      const drawing = drawAnswer(answer, { kind: 'bar', across: 1, by: null, up: [3] });
      expect(drawing!.option['series']).toMatchObject([{ type: 'bar', data: [10, 20, 30, 40] }]);
    });

    test('can be drawn by what the columns are', () => {
      expect(drawable(answer)).toEqual({ across: [0, 1, 2, 3], up: [2, 3], by: [1] });
    });
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
