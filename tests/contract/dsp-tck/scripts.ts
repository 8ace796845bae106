import type { Scripts } from '../../../src/modules/exchange/model.ts';

type Steps = Scripts[string];

/**
 * What we are to answer in each case of the compatibility kit, by the id that the case asks for. Ids are those of the kit's sample
 * settings; cases that are missing here ask us for no step of our own.
 */
const NEGOTIATIONS: Readonly<Record<string, Steps>> = {
  ACN0101: { REQUESTED: ['offer'] },
  ACN0102: { REQUESTED: ['offer', 'terminate'] },
  ACN0103: { REQUESTED: ['offer'], ACCEPTED: ['agree'], VERIFIED: ['finalize'] },
  ACN0104: { REQUESTED: ['agree'], VERIFIED: ['finalize'] },
  ACN0201: { REQUESTED: ['terminate'] },
  ACN0202: {},
  ACN0203: { REQUESTED: ['agree'] },
  ACN0204: { REQUESTED: ['offer'] },
  ACN0205: { REQUESTED: ['offer'], OFFERED: ['terminate'] },
  ACN0206: { REQUESTED: ['offer'], ACCEPTED: ['terminate'] },
  ACN0207: { REQUESTED: ['agree'], VERIFIED: ['terminate'] },
  ACN0301: { REQUESTED: ['agree'], VERIFIED: ['finalize'] },
  ACN0302: { REQUESTED: ['offer'] },
  ACN0303: { REQUESTED: ['offer'] },
  ACN0304: { REQUESTED: ['offer'] },
  ACNC0101: { OFFERED: ['accept'], AGREED: ['verify'] },
  ACNC0102: { OFFERED: ['request'] },
  ACNC0103: { OFFERED: ['terminate'] },
  ACNC0104: { AGREED: ['verify'] },
  ACNC0201: {},
  ACNC0202: { REQUESTED: ['terminate'] },
  ACNC0203: { AGREED: ['terminate'] },
  ACNC0204: {},
  ACNC0205: { OFFERED: ['accept'] },
  ACNC0206: { AGREED: ['verify'] },
  ACNC0301: {},
  ACNC0302: {},
  ACNC0303: {},
  ACNC0304: { OFFERED: ['accept'] },
  ACNC0305: { OFFERED: ['accept'] },
  ACNC0306: { OFFERED: ['accept'] },
};

const START: Steps = { REQUESTED: ['start'] };

const TRANSFERS: Readonly<Record<string, Steps>> = {
  ATP0101: { ...START, STARTED: ['terminate'] },
  ATP0102: { ...START, STARTED: ['complete'] },
  ATP0103: { ...START, STARTED: ['suspend'], SUSPENDED: ['terminate'] },
  ATP0104: { ...START, STARTED: ['suspend', 'complete'], SUSPENDED: ['start'] },
  ATP0105: { REQUESTED: ['terminate'] },
  ATP0201: START,
  ATP0202: START,
  ATP0203: START,
  ATP0204: START,
  ATP0205: {},
  ATP0301: {},
  ATP0302: {},
  ATP0303: START,
  ATP0304: START,
  ATP0305: START,
  ATP0306: START,
  ATPC0101: {},
  ATPC0102: {},
  ATPC0103: {},
  ATPC0104: {},
  ATPC0105: {},
  ATPC0201: { STARTED: ['terminate'] },
  ATPC0202: { STARTED: ['complete'] },
  ATPC0203: { STARTED: ['suspend'], SUSPENDED: ['terminate'] },
  ATPC0204: { STARTED: ['suspend', 'complete'], SUSPENDED: ['start'] },
  ATPC0205: { REQUESTED: ['terminate'] },
  ATPC0301: {},
  ATPC0302: {},
  ATPC0303: {},
  ATPC0304: {},
  ATPC0305: {},
  ATPC0306: {},
};

export const SCRIPTS: Scripts = { ...NEGOTIATIONS, ...TRANSFERS, CAT0101: {}, CAT0102: {} };

/** The id that a case of the kit asks for: `CN_C:02-03` asks for ACNC0203. */
export function idOfCase(name: string): string {
  const [group = '', place = ''] = name.split(':');
  return `${group === 'CAT' ? '' : 'A'}${group.replace('_', '')}${place.replace('-', '')}`;
}

/** The kit's settings for a connector. */
export function settingsOf({ url, token, callback }: { url: string; token: string; callback: string }): string {
  const cases = Object.keys(SCRIPTS).map((id) => {
    const [, group = '', first = '', second = ''] = /^A?(CAT|CNC?|TPC?)(\d\d)(\d\d)$/.exec(id) ?? [];
    const name = `${group.replace(/^(CN|TP)C$/, '$1_C')}_${first}_${second}`;
    if (group.startsWith('TP')) return `${name}_AGREEMENTID=${id}\n${name}_FORMAT=HttpData-PULL`;
    return `${name}_DATASETID=${id}\n${name}_OFFERID=urn:banyan:offer:${id}:1`;
  });
  return [
    'dataspacetck.launcher=org.eclipse.dataspacetck.dsp.system.DspSystemLauncher',
    'dataspacetck.dsp.local.connector=false',
    `dataspacetck.callback.address=${callback}`,
    `dataspacetck.port=${new URL(callback).port}`,
    'dataspacetck.dsp.connector.agent.id=banyan',
    `dataspacetck.dsp.connector.http.url=${url}/dsp/2025-1`,
    `dataspacetck.dsp.connector.http.base.url=${url}`,
    `dataspacetck.dsp.connector.http.headers.authorization=Bearer ${token}`,
    `dataspacetck.dsp.connector.negotiation.initiate.url=${url}/dsp/2025-1/triggers/negotiations`,
    `dataspacetck.dsp.connector.transfer.initiate.url=${url}/dsp/2025-1/triggers/transfers`,
    'dataspacetck.dsp.default.wait=15',
    'CAT_01_03_DATASETID=CAT0103',
    // Two cases that this release passes over and the next one asks again: a consumer that starts again what it suspended.
    'junit.jupiter.conditions.deactivate=org.junit.*DisabledCondition',
    ...cases,
  ].join('\n');
}
