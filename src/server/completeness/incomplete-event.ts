import { randomUUID } from 'node:crypto';
import { type AcceptedEvent, buildRecord, formatEventTime } from '../../event/index.ts';
import { type CompletenessReport, isBroken } from '../../sources/completeness/index.ts';
import { OWN_EVENT_SOURCE } from '../own-call-events.ts';

/** Chains and words of one event; the report has all. */
const MAX_CHAINS = 20;
const MAX_FINDINGS = 10;

/** The event that says that a source is not complete: so that alarms, rules and forwards can see it. */
export function incompleteEvent(
  report: CompletenessReport,
  house: { readonly account: string; readonly region: string; readonly now: number },
): AcceptedEvent {
  const { account, region, now } = house;
  const eventId = randomUUID();
  const raw = buildRecord({
    ...{ eventId, requestId: randomUUID(), eventTime: formatEventTime(now) },
    userIdentity: { type: 'AWSService', invokedBy: OWN_EVENT_SOURCE },
    ...{ eventSource: OWN_EVENT_SOURCE, eventName: 'SourceIncomplete', region, account },
    ...{ sourceIp: OWN_EVENT_SOURCE, userAgent: OWN_EVENT_SOURCE },
    requestParameters: {
      source: report.source,
      from: formatEventTime(report.from),
      to: formatEventTime(report.to),
    },
    responseElements: null,
    additionalEventData: { chains: report.chains.filter(isBroken).slice(0, MAX_CHAINS).map(summary) },
    ...{ readOnly: true, category: 'Management' },
  });
  const time = Math.floor(now / 1000) * 1000;
  return { account, region, eventId, time, category: 'Management', raw };
}

function summary({
  chain,
  promised,
  counts,
  unlisted,
  brokenWindows,
  findings,
}: CompletenessReport['chains'][number]) {
  return {
    ...{ account: chain.account, region: chain.sourceRegion, trail: chain.trailName },
    ...{ promised, ...counts, unlisted, brokenWindows },
    findings: [...new Set(findings.map(({ code }) => code))].slice(0, MAX_FINDINGS),
  };
}
