import { expect, test } from 'vitest';
import { parametersIn, typedValue } from './sql-parameters.ts';

test('parameters are found where SQL has places, and nowhere else', () => {
  const text = `select ':no', ":no", a::Int64 /* :no */ from t where x > :low and y = :code and z < :low -- :no`;
  expect(parametersIn(text)).toEqual(['low', 'code']);
});

test.each([
  ['integer', '12', 12],
  ['integer', '1.5', undefined],
  ['decimal', ' 6.5 ', 6.5],
  ['decimal', 'much', undefined],
  ['decimal', '', undefined],
  ['boolean', 'True', true],
  ['boolean', 'yes', undefined],
  ['date', '2026-01-02', '2026-01-02'],
  ['string', ' a ', ' a '],
  ['string', '', ''],
])('%s %j is %j', (type, typed, value) => expect(typedValue(type, typed)).toEqual(value));
