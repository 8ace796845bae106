export { OwnRecord as default } from './person.tsx';
