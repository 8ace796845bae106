import { describe, expect, test } from 'vitest';
import { libraryOf, questionOf, usedBy } from './query-library.ts';

/** Goal: what a person saves is what the person gets back, and what is asked of the server has the right types. */
describe('a saved question', () => {
  const question = { text: "select '糖化' as c, :low -- é 𝔸", parameters: [{ name: 'low', type: 'decimal' }] };

  test('comes back as it was, in any script', () => {
    expect(questionOf(libraryOf(question, [], { title: '糖化血红蛋白' }))).toEqual(question);
  });

  test('names its views by address, and itself for programs', () => {
    const views = [{ name: 'person', url: 'https://example.org/person' }, { name: 'mine' }];
    const read = [
      { name: 'person', address: 'ViewDefinition/person' },
      { name: 'mine', address: 'ViewDefinition/x1' },
      { name: 'message', address: 'https://banyan.health/fhir/LakeTable/message' },
    ];
    const library = libraryOf(question, usedBy({ views: read }, views), { title: '2 much: Über-HbA1c ' });
    expect(library).toMatchObject({
      name: 'much_U_ber_HbA1c',
      relatedArtifact: [
        { label: 'person', resource: 'https://example.org/person' },
        { label: 'mine', resource: 'ViewDefinition/x1' },
        { label: 'message', resource: 'https://banyan.health/fhir/LakeTable/message' },
      ],
    });
    expect(libraryOf(question, [], { title: '糖' })['name']).toBe('query');
  });
});
