import { afterAll, describe, expect, test } from 'vitest';
import { startComputing } from './computing.ts';

const computing = startComputing();
afterAll(() => computing.stop());
const actor = 'test';

/**
 * Goal: a question to the thread is answered or refused with its reason, however many there are, and one that is given up holds up nobody.
 * Method: true threads.
 */
describe('computing', () => {
  test('what a method refuses comes back as its problem', async () => {
    await expect(computing.run('no-such-method', {}, { actor })).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('too many questions of one actor are refused, and the others are answered', async () => {
    const asked = Array.from({ length: 51 }, () =>
      computing.run('no-such-method', {}, { actor }).catch(({ kind }) => kind),
    );
    expect(() => computing.run('no-such-method', {}, { actor })).toThrow('too many computations');
    await expect(computing.run('no-such-method', {}, { actor: 'another' })).rejects.toMatchObject({
      kind: 'not-found',
    });
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['not-found']));
  });

  test('a question that nobody waits for ends at once', async () => {
    const leaving = new AbortController();
    const asked = computing.run('no-such-method', {}, { actor, signal: leaving.signal });
    leaving.abort();
    await expect(asked).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(computing.run('no-such-method', {}, { actor })).rejects.toMatchObject({ kind: 'not-found' });
  });
});
