import { beforeAll, describe, expect, test } from 'vitest';
import { readBibtex } from '#standards/bibliography';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { enterThing, relate } from '../actions/index.ts';
import { renewKeys } from '../actions/merging.ts';
import type { ImportedRow, ImportPage, Profile, PublicationsPage } from '../model.ts';
import { countValidInventions } from '../store/index.ts';
import { matchingRoutes } from './matching.ts';
import { publicationRoutes } from './publications.ts';
import { recordRoutes } from './record.ts';

/**
 * Goal: papers and patents come in by the files that people have, each once, are joined with whom they surely name, and go out again the same.
 * Method: files through the true import over HTTP, then the profile, the counts and the export. All names are made up.
 */
const { pool, own, become, send, app } = await visitRoutes('/api/cluster', [
  matchingRoutes,
  recordRoutes,
  publicationRoutes,
]);

const PATENTS = `@patent{p1, title = {Lentiviral vector with a shortened {LTR}}, author = {Chen, Yi and Wang, Fang},
  holder = {{Orchid Gene Medicine Co., Ltd.}}, number = {CN112345678B}, filed = {2020-05-04}, date = {2022-08-09}}
@patent{p2, title = {Culture medium without serum}, author = {Li, Wei}, holder = {{Somebody Unheard Of}}, number = {ZL201710601862.3}, date = {2019}}
@article{a1, title = {A paper among patents}, year = 2020}`;
const PAPERS = [
  'TY  - JOUR\r\nTI  - Serum-free culture of T cells\r\nAU  - Chen, Yi\r\nPY  - 2021\r\nJO  - Journal of Examples\r\nDO  - 10.1000/Serum.1\r\nER  - ',
  'TY  - JOUR\r\nTI  - A second look at lentiviral vectors\r\nAU  - Li, Wei\r\nPY  - 2022\r\nER  - ',
  'TY  - JOUR\r\nTI  - A Second Look at Lentiviral Vectors.\r\nAU  - Li, W.\r\nPY  - 2022\r\nER  - ',
].join('\r\n');

/** Takes a file in and writes what it holds; the page as it is in the end. */
async function take(
  kind: 'paper' | 'patent',
  file: string,
  fileName: string,
): Promise<{ page: ImportPage; rows: ImportedRow[] }> {
  const { id } = await send<{ id: string }>('POST', '/imports', {
    kind,
    fileName,
    file: Buffer.from(file).toString('base64'),
  });
  const go = async (isOver: (page: ImportPage) => boolean): Promise<ImportPage> => {
    for (;;) {
      const page = await send<ImportPage>('POST', `/imports/${id}/continue`);
      if (isOver(page)) return page;
    }
  };
  await go(({ judged, rows }) => judged === rows);
  const { rows } = await send<{ rows: ImportedRow[] }>('GET', `/imports/${id}/rows?limit=100`);
  await app.inject({ method: 'POST', url: `/api/cluster/imports/${id}/apply` });
  const page = await go(({ state }) => state === 'done');
  // What the outbox does after each change.
  const things = (await send<{ rows: ImportedRow[] }>('GET', `/imports/${id}/rows?limit=100`)).rows.flatMap(
    ({ thing }) => thing ?? [],
  );
  await pool.transaction((tx) => renewKeys(tx, things));
  return { page, rows };
}
const publications = (thing: string) => send<PublicationsPage>('GET', `/things/${thing}/publications`);

beforeAll(async () => {
  await pool.transaction(async (tx) => {
    await enterThing(own(), tx, { id: 'orchid', kind: 'enterprise', name: 'Orchid Gene Medicine Co., Ltd.' });
    await enterThing(own(), tx, { id: 'chen', kind: 'person', name: 'Chen, Yi' });
    await enterThing(own(), tx, { id: 'wang', kind: 'person', name: 'Wang, Fang' });
    await relate(own(), tx, { subject: 'chen', predicate: 'works-at', object: 'orchid' });
    await renewKeys(tx, ['orchid', 'chen', 'wang']);
  });
});

describe('files of references', () => {
  test('patents are joined with the organization and the person that they surely name; others stay in words', async () => {
    const { page, rows } = await take('patent', PATENTS, 'patents.bib');
    expect(page.counts).toMatchObject({ new: 2, invalid: 1 });
    expect(rows[2]!.cells.at(-1)).toBe('paper: A paper among patents');
    const { works, total, years, states } = await publications('orchid');
    expect(works).toMatchObject([
      {
        name: 'Lentiviral vector with a shortened LTR',
        role: 'applied-by',
        number: 'CN112345678B',
        year: '2022',
        state: null,
        termEnds: '2040-05-03',
        authors: ['Chen, Yi', 'Wang, Fang'],
      },
    ]);
    expect([total, years, states]).toEqual([
      1,
      [{ year: '2022', papers: 0, patents: 1 }],
      [{ state: 'unknown', patents: 1 }],
    ]);
    // Wang Fang works at no such place in the record: of many of that name it might be another.
    expect((await publications('chen')).works).toMatchObject([{ role: 'authored-by' }]);
    expect((await publications('wang')).works).toEqual([]);
    const { links } = await send<Profile>('GET', '/things/chen');
    expect(links.find(({ predicate }) => predicate === 'authored-by')).toMatchObject({
      confidence: 'inferred',
      way: 'in',
    });
  });

  test('the same paper comes in once, by its code or by title and year, from whatever file', async () => {
    const { page } = await take('paper', PAPERS, 'papers.ris');
    expect(page.counts).toMatchObject({ new: 2, repeated: 1 });
    const again = await take(
      'paper',
      'Title,Author,Year,DOI\nSERUM-FREE culture of T cells,"Chen, Y",2021,https://doi.org/10.1000/serum.1\nA second look at lentiviral vectors,,2025,\n',
      'papers.csv',
    );
    expect(again.rows.map(({ verdict }) => verdict)).toEqual(['match', 'new']);
    expect(again.rows[0]!.matches[0]!.evidence).toContainEqual(
      expect.objectContaining({ about: 'identifier', finding: 'same' }),
    );
  });

  test('a Chinese number whose check digit is wrong is refused with the right one; one of another office is left out', async () => {
    const { rows } = await take(
      'patent',
      'name,application number\nOne,ZL201710601862.4\nTwo,JP2020123456A\n',
      'numbers.csv',
    );
    expect(rows[0]).toMatchObject({ verdict: 'invalid', problems: [{ what: 'identifier', expected: '3' }] });
    expect(rows[1]).toMatchObject({ verdict: 'new', problems: [{ what: 'identifier', isCaution: true }] });
  });

  test('a citation joins works of the record', async () => {
    await take(
      'paper',
      'name,year,doi,cites\nThe third,2023,10.1000/third,10.1000/SERUM.1; 10.1000/unknown\n',
      'cites.csv',
    );
    const { things } = await send<{ things: { id: string; name: string }[] }>('GET', '/things?kind=paper&text=third');
    const { links } = await send<Profile>('GET', `/things/${things[0]!.id}`);
    expect(links).toMatchObject([{ predicate: 'cites', other: { name: 'Serum-free culture of T cells' } }]);
  });

  test('only what a source says is valid, and is an invention, counts beside the target', async () => {
    expect(await countValidInventions(pool)).toMatchObject({ value: 0, known: 0 });
    await take(
      'patent',
      '名称,公开(公告)号,法律状态\n甲发明,CN110000001B,有效\n乙新型,CN210000002U,有效\n丙发明,CN110000003B,驳回\n',
      'states.csv',
    );
    expect(await countValidInventions(pool)).toMatchObject({ value: 1, known: 3 });
  });
});

test('what goes out as BibTeX is what came in, and every form is a file', async () => {
  const file = async (form: string) => app.inject({ url: `/api/cluster/publications?thing=orchid&form=${form}` });
  const bib = await file('bib');
  expect(bib.headers['content-type']).toContain('bibtex');
  expect(readBibtex(bib.body).works).toMatchObject([
    {
      title: 'Lentiviral vector with a shortened LTR',
      authors: ['Chen, Yi', 'Wang, Fang'],
      number: 'CN112345678B',
      applicants: ['Orchid Gene Medicine Co., Ltd.'],
      date: '2022-08-09',
      filed: '2020-05-04',
    },
  ]);
  expect((await file('ris')).body).toMatch(/^TY {2}- PAT\r\n/);
  expect((await file('csv')).body.split('\r\n')).toHaveLength(3);
  expect((await file('doc')).statusCode).toBe(400);
  become('patient');
  expect((await file('bib')).statusCode).toBe(200);
  await send('POST', '/imports', { kind: 'paper', fileName: 'x', file: '' }, 403);
});
