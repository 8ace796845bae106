export { searchThings } from './ask.ts';
export { type Searching, startSearching } from './searching.ts';
