export { append, appendAll, digestOf, type Leaf } from './append.ts';
export { canonicalJson } from './canonical.ts';
export { KEY_FILE, openKey } from './key.ts';
export { seal, sealer } from './sealer.ts';
