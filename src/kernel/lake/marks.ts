/** What is said of questions (`marked` of #kernel/sql): one that reads everybody's rows, and one that leaves out small groups itself. */
export const OF_POPULATION = 'of the population';
export const LARGE_GROUPS = 'large groups only';
