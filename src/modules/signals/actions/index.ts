export { compute, listMethods } from './compute.ts';
