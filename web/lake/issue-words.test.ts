import { describe, expect, test } from 'vitest';
import { parseView } from '#standards/sql-on-fhir';
import { sayIssue } from './issue-words.ts';

const view = (more: object) => ({
  resourceType: 'ViewDefinition',
  name: 'v',
  status: 'active',
  resource: 'Patient',
  ...more,
});
const column = (more: object) => view({ select: [{ column: [{ name: 'id', path: 'id', ...more }] }] });

/** Goal: who writes a view in Chinese is told in Chinese what is wrong. Method: the mistakes that are made, judged by the parser itself. */
describe('sayIssue', () => {
  test.each([
    ['no object', []],
    ['another resource', { ...column({}), resourceType: 'Patient' }],
    ['a name with a space', { ...column({}), name: 'my view' }],
    ['no resource', { ...column({}), resource: undefined }],
    ['no such resource', { ...column({}), resource: 'Patent' }],
    ['no select', view({})],
    ['no column', view({ select: [{}] })],
    ['a column without path', column({ path: undefined })],
    ['a path that ends too early', column({ path: 'getResourceKey(' })],
    ['a path with a stray sign', column({ path: 'id )' })],
    ['a path with a sign of no language', column({ path: 'id ? 1' })],
    ['an element that is none', column({ pth: 'id' })],
    ['a select that is no list', view({ select: {} })],
    ['a column that is no object', view({ select: [{ column: ['id'] }] })],
    ['a collection that is a text', column({ collection: 'yes' })],
    ['a type that is a number', column({ type: 1 })],
    [
      'two ways at once',
      view({ select: [{ forEach: 'name', forEachOrNull: 'name', column: [{ name: 'a', path: 'id' }] }] }),
    ],
    [
      'two columns of one name',
      view({
        select: [
          {
            column: [
              { name: 'a', path: 'id' },
              { name: 'a', path: 'id' },
            ],
          },
        ],
      }),
    ],
    ['a constant without value', { ...column({}), constant: [{ name: 'c' }] }],
    ['a constant twice', { ...column({}), constant: [1, 2].map((valueInteger) => ({ name: 'c', valueInteger })) }],
    ['another version', { ...column({}), fhirVersion: ['5.0.0'] }],
  ])('%s', (_, definition) => {
    const { issues } = parseView(definition);
    expect(issues.length).toBeGreaterThan(0);
    for (const { message } of issues) {
      expect(sayIssue(message, 'zh')).toMatch(/\p{Script=Han}/u);
      expect(sayIssue(message, 'en')).toBe(message);
    }
  });

  test('what varies stands in the sentence, and what is unknown comes as it is', () => {
    expect(sayIssue('there are two columns named sex', 'zh')).toBe('有两个列名为 sex');
    expect(sayIssue('something new', 'zh')).toBe('something new');
  });
});
