import { describe, expect, test } from 'vitest';
import { RESOURCE_TYPES } from '#standards/fhir';
import { testContext } from '../../../../tests/support/context.ts';
import { fhirServer } from '../../../../tests/support/fhir.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';

const db = await testDatabase();
const { ask } = await fhirServer(testContext(db));

const patient = { resourceType: 'Patient', name: [{ family: 'Chalmers', given: ['Peter'] }], birthDate: '1974-12-25' };

/** Goal: the interactions of FHIR R4 http.html, their headers and refusals. Method: a table of requests through the real routes. */
describe('the RESTful API', () => {
  test('a resource is made, read, changed and deleted', async () => {
    const made = await ask('POST', '/Patient', patient);
    expect(made.status).toBe(201);
    const { id, meta } = made.json();
    expect(made.headers).toMatchObject({ etag: 'W/"1"', location: `http://test/fhir/Patient/${id}/_history/1` });
    expect(meta.versionId).toBe('1');

    const read = await ask('GET', `/Patient/${id}`);
    expect(read).toMatchObject({ status: 200, text: made.text });
    expect(read.headers['content-type']).toContain('application/fhir+json');
    expect((await ask('GET', `/Patient/${id}`, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    expect(
      (await ask('GET', `/Patient/${id}`, undefined, { 'if-modified-since': String(read.headers['last-modified']) }))
        .status,
    ).toBe(304);
    expect(await ask('HEAD', `/Patient/${id}`)).toMatchObject({ status: 200, text: '' });

    const changed = await ask('PUT', `/Patient/${id}`, { ...patient, id, active: true }, { 'if-match': 'W/"1"' });
    expect(changed).toMatchObject({ status: 200, headers: { etag: 'W/"2"' } });
    expect((await ask('PUT', `/Patient/${id}`, { ...patient, id }, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await ask('GET', `/Patient/${id}/_history/1`)).text).toBe(made.text);
    const patched = await ask('PATCH', `/Patient/${id}`, [{ op: 'replace', path: '/active', value: false }], {
      'content-type': 'application/json-patch+json',
    });
    expect(patched.json()).toMatchObject({ active: false, meta: { versionId: '3' } });

    expect((await ask('DELETE', `/Patient/${id}`)).status).toBe(204);
    expect((await ask('GET', `/Patient/${id}`)).status).toBe(410);
    const history = (await ask('GET', `/Patient/${id}/_history`)).json();
    expect(history.entry.map((entry: { request: { method: string } }) => entry.request.method)).toEqual([
      'DELETE',
      'PUT',
      'PUT',
      'POST',
    ]);
  });

  test('what no text can hold is refused, not changed', async () => {
    const named = (family: string) => `{"resourceType":"Patient","name":[{"family":"${family}"}]}`;
    expect((await ask('POST', '/Patient', named('a\\ud800b'))).status).toBe(400);
    expect((await ask('POST', '/Patient', named('a\\ude00\\ud83d'))).status).toBe(400);
    expect((await ask('POST', '/Patient', named('\\ud83d\\ude00'))).status).toBe(201);
    expect((await ask('POST', '/Patient', named('\\\\ud83d'))).status).toBe(201);
    const latin1 = Buffer.from(named('Müller'), 'latin1');
    expect((await ask('POST', '/Patient', latin1)).status).toBe(400);
    expect((await ask('POST', '/Patient', named('x'), { 'content-type': 'text/plain' })).status).toBe(415);
    for (const path of ['/Patient/%00', '/Patient?name=%00', '/Patient?_id=%00', '/Patient?identifier=a|%00'])
      expect((await ask('GET', path)).status).toBeLessThan(500);
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { request: { method: 'GET', url: 'Patient/%00' } },
        { request: { method: 'GET', url: 'Patient?name=%00' } },
      ],
    };
    const answers = (await ask('POST', '', batch)).json().entry as { response: { status: string } }[];
    for (const { response } of answers) expect(response.status).toMatch(/^40[04]/);
  });

  test('a condition that says nothing, or that only shapes the answer, is no condition', async () => {
    const one = { ...patient, identifier: [{ system: 'urn:test', value: 'condition' }] };
    const made = await ask('POST', '/Patient', one);
    expect(made.status).toBe(201);
    for (const where of ['identifier=', '_format=json', '_count=1', '_sort=_id', 'identifier=&gender=male'])
      expect(await ask('DELETE', `/Patient?${where}`)).toMatchObject({ status: 400 });
    for (const shape of ['_summary=count', '_count=0', '_total=none']) {
      const again = await ask('POST', '/Patient', one, { 'if-none-exist': `identifier=urn:test|condition&${shape}` });
      expect(again.json()).toMatchObject({ id: made.json().id });
    }
  });

  test('If-Match: * asks for a resource that is there', async () => {
    const star = { 'if-match': '*' };
    expect((await ask('PUT', '/Patient/star', { ...patient, id: 'star' }, star)).status).toBe(412);
    expect((await ask('PUT', '/Patient/star', { ...patient, id: 'star' })).status).toBe(201);
    expect((await ask('PUT', '/Patient/star', { ...patient, id: 'star', active: true }, star)).status).toBe(200);
    expect((await ask('DELETE', '/Patient/star', undefined, star)).status).toBe(204);
    expect((await ask('PUT', '/Patient/star', { ...patient, id: 'star' }, star)).status).toBe(412);
  });

  test('two entries of one name make no transaction', async () => {
    const entry = {
      fullUrl: 'urn:uuid:0d5ac2f1-3f0f-4c83-a6d5-f2f0a4c8d201',
      resource: patient,
      request: { method: 'POST', url: 'Patient' },
    };
    expect((await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: [entry, entry] })).status).toBe(
      400,
    );
  });

  test('a page key whose values were altered is refused', async () => {
    const page = (await ask('GET', '/Patient?_sort=birthdate&_count=1')).json();
    const next = new URL(page.link.find(({ relation }: { relation: string }) => relation === 'next').url);
    const [type, , ...rest] = JSON.parse(Buffer.from(next.searchParams.get('_cursor')!, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([type, ['x'], ...rest])).toString('base64url');
    expect((await ask('GET', `/Patient?_sort=birthdate&_count=1&_cursor=${forged}`)).status).toBe(400);
  });

  test('decimals come back as they were written', async () => {
    const text =
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00,"unit":"g"}}';
    const made = await ask('POST', '/Observation', text);
    expect(made.text).toContain('"value":1.00,');
    expect((await ask('GET', `/Observation/${made.json().id}`)).text).toContain('"value":1.00,');
    const item =
      '{"resourceType":"ChargeItem","status":"billable","code":{"text":"x"},"subject":{"reference":"Patient/x"},"factorOverride":0.80}';
    expect((await ask('POST', '/ChargeItem', item)).text).toContain('"factorOverride":0.80');
  });

  test('what is preferred is returned', async () => {
    expect(await ask('POST', '/Patient', patient, { prefer: 'return=minimal' })).toMatchObject({
      status: 201,
      text: '',
    });
    expect((await ask('POST', '/Patient', patient, { prefer: 'return=OperationOutcome' })).json().resourceType).toBe(
      'OperationOutcome',
    );
  });

  test.each([
    ['GET', '/Patient/none', undefined, {}, 404],
    ['GET', '/Nothing/none', undefined, {}, 404],
    ['GET', '/Patient?name=x', undefined, { accept: 'application/fhir+xml' }, 406],
    ['GET', '/Patient?_format=xml', undefined, {}, 406],
    ['POST', '/Patient', '<Patient/>', { 'content-type': 'application/fhir+xml' }, 415],
    ['POST', '/Patient', '{"resourceType":', {}, 400],
    ['POST', '/Patient', { resourceType: 'Observation' }, {}, 400],
    ['POST', '/Patient', { resourceType: 'Patient', gender: 'bogus' }, {}, 422],
    ['PUT', '/Patient/a', { ...patient, id: 'b' }, {}, 400],
    ['PUT', '/Patient/a', patient, {}, 400],
    ['PUT', '/Patient/a_b', { ...patient, id: 'a_b' }, {}, 400],
    ['PUT', '/Patient/new', { ...patient, id: 'new' }, { 'if-match': 'W/"3"' }, 412],
    ['PATCH', '/Patient/none', [], { 'content-type': 'application/json-patch+json' }, 404],
    ['PATCH', '/Patient/none', [], {}, 415],
    ['DELETE', '/Patient', undefined, {}, 400],
    ['GET', '/Patient/x/_history/abc', undefined, {}, 404],
    ['GET', '/Patient?nmae=x', undefined, {}, 400],
    ['GET', '/Patient?_cursor=abc', undefined, {}, 400],
    ['GET', '/Patient?birthdate=yesterday', undefined, {}, 400],
    ['GET', '/Patient?gender:in=x', undefined, {}, 400],
  ] as const)('%s %s is refused with an outcome', async (method, url, body, headers, status) => {
    const answer = await ask(method, url, body, headers);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: expect.stringMatching(/error|fatal/) }],
    });
  });

  test('an unknown parameter is named with its neighbours, or left out where the caller is lenient', async () => {
    const refused = await ask('GET', '/Patient?famly=x');
    expect(refused.json().issue[0].diagnostics).toContain('family');
    const lenient = (await ask('GET', '/Patient?famly=x&_count=1', undefined, { prefer: 'handling=lenient' })).json();
    expect(lenient.entry.at(-1)).toMatchObject({
      search: { mode: 'outcome' },
      resource: { issue: [{ severity: 'warning' }] },
    });
  });

  test('conditional interactions meet one resource', async () => {
    const identifier = [{ system: 'urn:test', value: 'c-1' }];
    const once = await ask(
      'POST',
      '/Patient',
      { ...patient, identifier },
      { 'if-none-exist': 'identifier=urn:test|c-1' },
    );
    const twice = await ask(
      'POST',
      '/Patient',
      { ...patient, identifier },
      { 'if-none-exist': 'identifier=urn:test|c-1' },
    );
    expect([once.status, twice.status]).toEqual([201, 200]);
    expect(twice.json().id).toBe(once.json().id);
    const changed = await ask('PUT', '/Patient?identifier=urn:test|c-1', { ...patient, identifier, active: true });
    expect(changed.json()).toMatchObject({ id: once.json().id, meta: { versionId: '2' } });
    await ask('POST', '/Patient', { ...patient, identifier });
    expect((await ask('PUT', '/Patient?identifier=urn:test|c-1', { ...patient, identifier })).status).toBe(412);
    const racers = await Promise.all(
      [1, 2, 3, 4].map(() =>
        ask('POST', '/Patient', patient, { 'if-none-exist': 'identifier=urn:test|none&name=Nobody' }),
      ),
    );
    expect(racers.every(({ status }) => status === 201)).toBe(true);
    const races = await Promise.all(
      [1, 2, 3, 4].map(() =>
        ask(
          'POST',
          '/Patient',
          { ...patient, identifier: [{ system: 'urn:test', value: 'c-2' }] },
          { 'if-none-exist': 'identifier=urn:test|c-2' },
        ),
      ),
    );
    expect(races.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
  });

  test('the statement of capabilities is valid and names every type', async () => {
    const { status, text, json } = await ask('GET', '/metadata');
    expect(status).toBe(200);
    expect(json().rest[0].resource).toHaveLength(RESOURCE_TYPES.length);
    expect((await ask('POST', '/CapabilityStatement/$validate', text)).json().issue).toMatchObject([
      { severity: 'information' },
    ]);
  });

  test('a resource is checked without being kept', async () => {
    const found = (await ask('POST', '/Patient/$validate', { resourceType: 'Patient', gender: 'bogus' })).json();
    expect(found.issue).toMatchObject([{ severity: 'error', code: 'code-invalid', expression: ['Patient.gender'] }]);
  });
});
