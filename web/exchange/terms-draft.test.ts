import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '#standards/odrl';
import { DRAFT_ACTIONS, DRAFT_DUTIES, DRAFT_PURPOSES, draftOf, policyOf, type TermsDraft } from './terms-draft.ts';

const conditions = fc.record(
  {
    purpose: fc.uniqueArray(fc.constantFrom(...DRAFT_PURPOSES), { minLength: 1 }),
    until: fc.constantFrom('2026-12-31', '2027-02-28'),
    days: fc.integer({ min: 1, max: 4_000 }),
    count: fc.integer({ min: 1, max: 1e9 }),
    recipient: fc.constant('Organization/lab'),
    spatial: fc.constant('urn:gba'),
  },
  { requiredKeys: [] },
);
/** Deleting after the days needs days; both kinds of deleting in one rule would be one too many. */
const rule = fc
  .record({
    key: fc.constant(''),
    action: fc.constantFrom(...DRAFT_ACTIONS),
    conditions,
    duties: fc.uniqueArray(fc.constantFrom(...DRAFT_DUTIES)),
  })
  .filter(({ duties, conditions: { days } }) => days !== undefined || !duties.includes('delete-after'));
const drafts = fc.record({
  may: fc.array(rule, { minLength: 1, maxLength: 4 }),
  mayNot: fc.array(
    rule.map((one) => ({ ...one, duties: [] })),
    { maxLength: 3 },
  ),
});

/**
 * Goal: what a person sees in the form is what the policy says, and nothing is lost on the way.
 * Method: random drafts go to a policy and back; policies beyond the form go through it unharmed.
 */
describe('terms in a form', () => {
  test('a draft comes back as it was', () => {
    fc.assert(
      fc.property(drafts, ({ may, mayNot }) => {
        const back = draftOf(policyOf({ may, mayNot, kept: [] }));
        const plain = (draft: TermsDraft) =>
          [draft.may, draft.mayNot].map((rules) => rules.map((one) => ({ ...one, key: '' })));
        expect(plain(back)).toEqual([may, mayNot]);
        expect(back.kept).toEqual([]);
      }),
    );
  });

  test.each([
    {
      permission: [
        {
          action: 'use',
          constraint: [
            {
              or: [
                { leftOperand: 'purpose', operator: 'eq', rightOperand: 'a' },
                { leftOperand: 'purpose', operator: 'eq', rightOperand: 'b' },
              ],
            },
          ],
        },
      ],
    },
    { permission: [{ action: 'use', constraint: [{ leftOperand: 'industry', operator: 'eq', rightOperand: 'x' }] }] },
    {
      permission: [
        {
          action: 'use',
          duty: [
            { action: 'delete', constraint: [{ leftOperand: 'elapsedTime', operator: 'gteq', rightOperand: 'P30D' }] },
          ],
        },
      ],
    },
    { permission: [{ action: 'use' }], obligation: [{ action: 'inform' }] },
    { permission: [{ action: 'use' }], prohibition: [{ action: 'index', remedy: [{ action: 'anonymize' }] }] },
  ])('what the form has no fields for stays as it is', (policy) => {
    const back = policyOf(draftOf(policy));
    expect(
      parsePolicy(back).rules.map(({ uid: _, ...rest }) =>
        JSON.stringify(rest, (key, value) => (key === 'uid' ? undefined : value)),
      ),
    ).toEqual(
      parsePolicy(policy).rules.map(({ uid: _, ...rest }) =>
        JSON.stringify(rest, (key, value) => (key === 'uid' ? undefined : value)),
      ),
    );
  });
});
