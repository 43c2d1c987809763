import type { Answer, Finding, Verdict } from '../../digest/verify/index.ts';

/** Takes in what the verification says, and shows it. */
export interface Report {
  begin(): Promise<void>;
  /** Undefined when it is done already. */
  tell(answer: Answer): Promise<void> | undefined;
  end(verdict: Verdict): Promise<void>;
}

/** Whether the exit code must be 1 for these findings; warnings may be harmless. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
