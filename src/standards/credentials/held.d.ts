declare module '@digitalbazaar/credentials-context' {
  export const contexts: ReadonlyMap<string, object>;
}
declare module '@digitalbazaar/data-integrity-context' {
  export const contexts: ReadonlyMap<string, object>;
}
// The rest is used by tests alone, as other programs that must agree with ours.
declare module '@digitalbazaar/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: object);
  }
}
declare module '@digitalbazaar/ed25519-multikey' {
  export function from(key: object): Promise<{ signer(): object }>;
}
declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: object;
}
declare module '@digitalbazaar/vc' {
  export function issue(options: object): Promise<Record<string, unknown>>;
  export function verifyCredential(options: object): Promise<{ verified: boolean; error?: unknown }>;
}
