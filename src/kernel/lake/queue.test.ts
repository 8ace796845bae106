import { describe, expect, test } from 'vitest';
import { fairQueue, type QueueOptions } from './queue.ts';

const OPTIONS: QueueOptions = {
  atOnce: 2,
  perActor: 2,
  mostWaiting: 10,
  mostWaitingPerActor: 5,
  longestWaitMs: 10_000,
};

/** Who has begun so far, and how each is ended. */
function stage(options: Partial<QueueOptions> = {}) {
  const queue = fairQueue({ ...OPTIONS, ...options });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const enter = (actor: string, name = actor, signal?: AbortSignal) =>
    queue.enter(actor, signal).then((leave) => {
      begun.push(name);
      ends.set(name, leave);
    });
  const settle = () => new Promise((done) => setImmediate(done));
  return { queue, begun, enter, settle, end: (name: string) => ends.get(name)?.() };
}

/** Goal: nobody waits behind many questions of one other. Method: turns are given back by hand, and who comes next is looked at. */
describe('fairQueue', () => {
  test("an actor's second question waits behind another's first", async () => {
    const { begun, enter, settle, end } = stage({ atOnce: 1 });
    for (const name of ['a1', 'a2', 'a3']) void enter('a', name);
    void enter('b', 'b1');
    void enter('c', 'c1');
    await settle();
    for (const name of ['a1', 'b1', 'c1', 'a2']) {
      end(name);
      await settle();
    }
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  test('an actor holds no more turns than allowed, though there are free ones', async () => {
    const { begun, enter, settle, end, queue } = stage({ atOnce: 4, perActor: 2 });
    for (const name of ['a1', 'a2', 'a3']) void enter('a', name);
    await settle();
    expect(begun).toEqual(['a1', 'a2']);
    expect([queue.running, queue.waiting]).toEqual([2, 1]);
    end('a1');
    await settle();
    expect(begun).toEqual(['a1', 'a2', 'a3']);
  });

  test('who comes new does not pass those who waited longer', async () => {
    const { begun, enter, settle, end } = stage({ atOnce: 1 });
    void enter('a', 'a1');
    void enter('b', 'b1');
    await settle();
    end('a1');
    await settle();
    void enter('a', 'a2');
    void enter('c', 'c1');
    void enter('d', 'd1');
    await settle();
    for (let turn = 0; turn < 3; turn += 1) {
      end(begun.at(-1) ?? '');
      await settle();
    }
    expect(begun).toEqual(['a1', 'b1', 'a2', 'c1', 'd1']);
  });

  test('a stream of newcomers does not starve anybody', async () => {
    const { begun, enter, settle, end } = stage({ atOnce: 1, mostWaiting: 1_000 });
    void enter('first');
    void enter('patient');
    await settle();
    end('first');
    for (let round = 0; round < 20; round += 1) void enter(`new-${round}`);
    await settle();
    expect(begun).toEqual(['first', 'patient']);
  });

  test('too many waiting are refused, of all and of one', async () => {
    const { enter, settle } = stage({ atOnce: 1, mostWaiting: 3, mostWaitingPerActor: 2 });
    for (const name of ['a1', 'a2', 'a3']) void enter('a', name);
    await settle();
    await expect(enter('a', 'a4')).rejects.toMatchObject({ kind: 'too-many' });
    void enter('b', 'b1');
    await expect(enter('c', 'c1')).rejects.toMatchObject({ kind: 'too-many' });
  });

  test('who gives up or waits too long leaves the line', async () => {
    const { begun, enter, settle, end, queue } = stage({ atOnce: 1, longestWaitMs: 50 });
    const giveUp = new AbortController();
    void enter('a', 'a1');
    const given = expect(enter('b', 'b1', giveUp.signal)).rejects.toMatchObject({ name: 'AbortError' });
    giveUp.abort();
    await given;
    await expect(enter('c', 'c1')).rejects.toMatchObject({ kind: 'too-many' });
    await expect(enter('d', 'd1', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect([queue.running, queue.waiting]).toEqual([1, 0]);
    end('a1');
    end('a1');
    await settle();
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
    expect(begun).toEqual(['a1']);
  });
});
