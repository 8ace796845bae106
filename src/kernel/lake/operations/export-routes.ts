import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { record, recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem, type ProblemKind } from '#kernel/problem';
import { actOf, type Exports } from './export-runner.ts';
import { cancelExport, type Export, type ExportView, findExports, getExport, insertExport } from './export-store.ts';
import { FORMS, formatOf } from './formats.ts';
import { bad, booleanOf, type Given, givenIn, instantOf, textOf } from './given.ts';
import { definitionIn, type LakeDoor, readBodiesAsText } from './routes.ts';
import { patientsIn } from './view-select.ts';

type Named = { Params: { id: string } };

const ASKED = ['view', 'clientTrackingId', '_format', 'header', 'patient', 'group', '_since', 'source'];
const MOST_VIEWS = 50;
const MOST_LISTED = 100;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/**
 * Views as files: asked for, waited for, fetched, by nobody but the account that asked.
 *
 * Source: https://sql-on-fhir.org/ig, OperationDefinition ViewDefinitionExport, May 2026; FHIR's asynchronous interaction request pattern.
 */
export function exportRoutes(app: FastifyInstance, door: LakeDoor, exports: Exports): void {
  readBodiesAsText(app);
  for (const path of ['/fhir/$viewdefinition-export', '/fhir/ViewDefinition/$viewdefinition-export'])
    app.post(path, { schema: schema('Asks for views as files') }, (request, reply) => kickOff(request, reply));
  app.post<Named>(
    '/fhir/ViewDefinition/:id/$viewdefinition-export',
    { schema: schema('Asks for one view as a file') },
    (request, reply) => kickOff(request, reply, request.params.id),
  );

  app.get('/api/lake/exports', { schema: { tags: ['Lake'], summary: "The caller's exports" } }, async (request) => {
    const ctx = await door.context(request);
    const exports = await findExports(ctx, MOST_LISTED);
    return { exports: exports.map(({ views, asker: _, ...each }) => ({ ...each, views: views.map(nameOf) })) };
  });

  app.get<Named>('/fhir/$export-status/:id', { schema: schema('How far an export is') }, async (request, reply) => {
    const ctx = await door.context(request);
    const found = await getExport(ctx, request.params.id);
    if (found.state === 'done' || found.state === 'failed')
      return reply.code(303).header('location', `${base()}/$export-result/${found.id}`).send();
    const share = Math.floor((100 * found.files.length) / found.views.length);
    return reply
      .code(202)
      .header('retry-after', '1')
      .header('x-progress', `${share}%`)
      .type(FHIR_JSON)
      .send(told(found, [{ name: 'status', valueCode: statusOf(found) }]));
  });

  app.get<Named>('/fhir/$export-result/:id', { schema: schema('The files of an export') }, async (request, reply) => {
    const ctx = await door.context(request);
    const found = await getExport(ctx, request.params.id);
    if (found.state === 'failed') {
      const { kind, message, issues } = found.problem!;
      if (kind === 'bug') throw new Error(message);
      throw new Problem(kind as ProblemKind, message, {}, { issues });
    }
    if (found.state !== 'done') throw new Problem('conflict', 'the export is not finished yet');
    return reply.header('expires', found.expiresAt!.toUTCString()).type(FHIR_JSON).send(manifest(found));
  });

  app.get<{ Params: { id: string; file: string } }>(
    '/fhir/$export-file/:id/:file',
    { schema: schema('One file of an export') },
    async (request, reply) => {
      const ctx = await door.context(request);
      const found = await getExport(ctx, request.params.id);
      const file = found.state === 'done' ? found.files.find((each) => each.file === request.params.file) : undefined;
      if (file === undefined) throw new Problem('not-found', 'the export has no such file');
      await recordRead(ctx, actOf('lake.export-downloaded', found, { file: file.file, rows: file.rows }));
      return reply
        .type(FORMS[found.format].media)
        .header('content-disposition', `attachment; filename="${file.file}"`)
        .send(createReadStream(join(exports.folder, found.id, file.file)));
    },
  );

  app.delete<Named>(
    '/fhir/$export-status/:id',
    { schema: schema('Cancels an export, or deletes its files') },
    async (request, reply) => {
      const ctx = await door.context(request);
      const found = await getExport(ctx, request.params.id);
      await ctx.db.transaction(async (tx) => {
        await cancelExport(tx, found.id);
        await record(ctx, tx, actOf('lake.export-cancelled', found, {}));
      });
      if (found.state === 'done') await rm(join(exports.folder, found.id), { recursive: true, force: true });
      return reply.code(202).send();
    },
  );

  const base = () => `${door.publicUrl()}/fhir`;

  async function kickOff(request: FastifyRequest, reply: FastifyReply, id?: string): Promise<FastifyReply> {
    const ctx = await door.context(request);
    ctx.require('lake.export');
    if (!/\brespond-async\b/.test(String(request.headers['prefer'] ?? '')))
      throw bad('an export is answered later only: send Prefer: respond-async', 'Prefer', 'required');
    const given = givenIn(request, ASKED);
    if (textOf(given, 'source') !== undefined) throw bad('an export reads the lake only', 'source', 'not-supported');
    const asked = {
      views: await viewsIn(ctx, given, id),
      format: formatOf(textOf(given, '_format') ?? 'ndjson', undefined),
      header: booleanOf(given, 'header') ?? true,
      patients: (await patientsIn(ctx, given)) ?? null,
      since: instantOf(given, '_since') ?? null,
      tracking: textOf(given, 'clientTrackingId')?.slice(0, 200) ?? null,
    };
    const made = await ctx.db.transaction(async (tx) => {
      const number = await insertExport(ctx, tx, asked);
      const found = await getExport({ ...ctx, db: tx }, number);
      await record(ctx, tx, actOf('lake.export-asked', found, {}));
      return found;
    });
    exports.wake();
    const location = `${base()}/$export-status/${made.id}`;
    return reply
      .code(202)
      .header('content-location', location)
      .type(FHIR_JSON)
      .send(
        told(made, [
          { name: 'status', valueCode: 'accepted' },
          { name: 'location', valueUri: location },
          { name: 'cancelUrl', valueUri: location },
          { name: '_format', valueCode: made.format },
        ]),
      );
  }

  function manifest(found: Export): string {
    const started = found.startedAt!;
    const ended = found.endedAt!;
    return told(found, [
      { name: 'status', valueCode: 'completed' },
      { name: 'location', valueUri: `${base()}/$export-status/${found.id}` },
      { name: '_format', valueCode: found.format },
      { name: 'exportStartTime', valueInstant: started.toISOString() },
      { name: 'exportEndTime', valueInstant: ended.toISOString() },
      { name: 'exportDuration', valueInteger: Math.round((ended.getTime() - started.getTime()) / 1_000) },
      ...found.files.map(({ name, file }) => ({
        name: 'output',
        part: [
          { name: 'name', valueString: name },
          { name: 'location', valueUri: `${base()}/$export-file/${found.id}/${file}` },
        ],
      })),
    ]);
  }
}

/** Each view that was asked for, under a name of its own. */
async function viewsIn(ctx: Context, given: readonly Given[], id: string | undefined): Promise<ExportView[]> {
  const asked = given.filter(({ name }) => name === 'view');
  if (id !== undefined && asked.length > 0) throw bad('the operation is told twice what to run', 'view');
  if (id === undefined && asked.length === 0) throw bad('the operation needs to know what to run', 'view', 'required');
  if (asked.length > MOST_VIEWS) throw new Problem('too-costly', 'too many views in one export', { most: MOST_VIEWS });
  const views: ExportView[] = [];
  for (const { part = [] } of id === undefined ? asked : [{ part: [] }]) {
    const { name, definition, stored } = await definitionIn(ctx, part, id, 'viewReference', 'viewResource');
    const isTaken = (name: string): boolean => views.some((other) => other.name === name);
    const isNamed = definition['name'] !== undefined || !isTaken(name);
    const wanted = textOf(part, 'name') ?? (isNamed ? name : `${name}_${views.length + 1}`);
    if (!NAME.test(wanted)) throw bad('a file is named by letters, digits, low lines and hyphens', 'view.name');
    if (isTaken(wanted)) throw bad('two views have the same name', 'view.name', 'duplicate');
    views.push({ name: wanted, definition, ...(stored === undefined ? {} : { subject: stored }) });
  }
  return views;
}

function nameOf({ name, subject }: ExportView) {
  return { name, ...(subject !== undefined && { subject }) };
}

function statusOf({ state }: Export): string {
  return state === 'running' ? 'in-progress' : state;
}

function told({ id, tracking }: Export, parameter: readonly object[]): string {
  const tracked = tracking === null ? [] : [{ name: 'clientTrackingId', valueString: tracking }];
  return JSON.stringify({
    resourceType: 'Parameters',
    parameter: [{ name: 'exportId', valueString: id }, ...tracked, ...parameter],
  });
}

function schema(summary: string): object {
  return { tags: ['SQL on FHIR'], summary };
}
