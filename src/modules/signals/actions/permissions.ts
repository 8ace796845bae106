export const WATCH = 'signals.watch';
export const WORK = 'signals.alarm.work';
export const CASES = 'signals.case.read';
/** Alarms of products tell of small groups of reports: only who works on safety sees them. */
export const SAFETY = 'signals.safety.work';
