/** The states of Nagios's plugin interface, and PENDING, which only exit-code options can bring about. */
export type Severity = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN' | 'PENDING';

/** Exit codes (https://nagios-plugins.org/doc/guidelines.html#AEN78). */
export const EXIT_CODES: ReadonlyMap<Severity, number> = new Map([
  ['OK', 0],
  ['WARNING', 1],
  ['CRITICAL', 2],
  ['UNKNOWN', 3],
  ['PENDING', 4],
]);

/** Which state wins when several results become one: critical over unknown over warning over ok. */
const WEIGHTS: ReadonlyMap<Severity, number> = new Map([
  ['OK', 0],
  ['PENDING', 0],
  ['WARNING', 1],
  ['UNKNOWN', 2],
  ['CRITICAL', 3],
]);

/** The state with this name in any case, or nothing. */
export function severityNamed(name: string): Severity | undefined {
  const upper = name.toUpperCase();
  for (const severity of EXIT_CODES.keys()) if (severity === upper) return severity;
  return undefined;
}

/** The state of several results taken together; PENDING counts as OK. */
export function worst(severities: Iterable<Severity>): Severity {
  let found: Severity = 'OK';
  for (const severity of severities) {
    if (WEIGHTS.get(severity)! > WEIGHTS.get(found)!) found = severity;
  }
  return found;
}
