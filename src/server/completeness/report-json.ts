import type { CompletenessReport } from '../../sources/completeness/index.ts';

/** A report as the API answers it: times as ISO 8601, chains by their names. */
export function reportJson(report: CompletenessReport): unknown {
  return {
    source: report.source,
    verdict: report.verdict,
    ...{ from: iso(report.from), to: iso(report.to), asked_at: iso(report.askedAt) },
    chains: report.chains.map(({ chain, windows, counts, findings, newest, examples, ...rest }) => ({
      account: chain.account,
      ...(chain.organizationId !== undefined && { organization: chain.organizationId }),
      ...{ region: chain.sourceRegion, trail: chain.trailName, home_region: chain.homeRegion },
      ...{ bucket: rest.bucket, prefix: rest.prefix, promised: rest.promised, ...counts },
      ...{ unlisted: rest.unlisted, broken_windows: rest.brokenWindows },
      windows: windows.map(({ from, to, ...row }) => ({ from: iso(from), to: iso(to), ...row })),
      findings: findings.map(({ code, severity, message, since, until, objects }) => ({
        ...{ code, severity, message, objects },
        ...(since !== undefined && { since: iso(since) }),
        ...(until !== undefined && { until: iso(until) }),
      })),
      examples,
      ...(newest && { newest_digest: { ...newest, end: iso(newest.end) } }),
    })),
    without_digests: report.unproven,
    suspicions: report.suspicions.map(({ from, to, ...rest }) => ({ ...rest, from: iso(from), to: iso(to) })),
  };
}

/** To the second, as CloudTrail writes times. */
function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
