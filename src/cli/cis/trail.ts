import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  type GetEventSelectorsResponse,
  GetTrailStatusCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import { ask } from '../ask.ts';
import { CliError } from '../context.ts';
import type { CisClients } from './clients.ts';

/** A trail, with what Security Hub asks of it. */
export interface CisTrail {
  readonly name: string;
  readonly arn: string;
  /** Name of its log group; absent: it has none. */
  readonly logGroup?: string;
  /** What keeps it from being accepted; empty: nothing. */
  readonly faults: readonly string[];
}

/** The trails that live in this Region. @throws CliError */
export async function readTrails(clients: CisClients): Promise<CisTrail[]> {
  const described = await ask(
    'DescribeTrails',
    clients.trails.send(new DescribeTrailsCommand({ includeShadowTrails: false })),
  );
  return await Promise.all((described.trailList ?? []).map((trail) => readTrail(clients, trail)));
}

async function readTrail({ trails }: CisClients, trail: Trail): Promise<CisTrail> {
  const [name = '', arn = ''] = [trail.Name, trail.TrailARN];
  const [status, selectors] = await Promise.all([
    ask('GetTrailStatus', trails.send(new GetTrailStatusCommand({ Name: arn }))),
    ask('GetEventSelectors', trails.send(new GetEventSelectorsCommand({ TrailName: arn }))),
  ]);
  const faults: string[] = [];
  if (!trail.IsMultiRegionTrail) faults.push('it is of one Region only');
  if (!status.IsLogging) faults.push('it is not logging');
  if (!takesAllManagementEvents(selectors)) faults.push('it does not take all management events');
  const logGroup = trail.CloudWatchLogsLogGroupArn?.split(':')[6];
  if (logGroup === undefined) faults.push('it has no log group');
  return { name, arn, faults, ...(logGroup !== undefined && { logGroup }) };
}

function takesAllManagementEvents(selectors: GetEventSelectorsResponse): boolean {
  const { EventSelectors: basic = [], AdvancedEventSelectors: advanced = [] } = selectors;
  return (
    basic.some((one) => one.IncludeManagementEvents && one.ReadWriteType === 'All') ||
    advanced.some(
      ({ FieldSelectors: fields = [] }) =>
        fields.length === 1 && fields[0]?.Field === 'eventCategory' && fields[0].Equals?.[0] === 'Management',
    )
  );
}

/** The trail to set alarms on: the named one, or the only one that has no fault but a missing log group. @throws CliError */
export function chooseTrail(trails: readonly CisTrail[], wanted: string | undefined): CisTrail {
  if (wanted !== undefined) {
    const named = trails.find(({ name, arn }) => name === wanted || arn === wanted);
    if (!named) throw new CliError(`there is no trail ${wanted} in this Region`);
    return named;
  }
  const fit = trails.filter(({ faults, logGroup }) => faults.length === (logGroup === undefined ? 1 : 0));
  const withGroup = fit.filter(({ logGroup }) => logGroup !== undefined);
  const [only, ...others] = withGroup.length > 0 ? withGroup : fit;
  if (!only) {
    const known = trails.map(({ name, faults }) => `${name}: ${faults.join(', ')}`).join('; ');
    throw new CliError(
      `no trail of all Regions logs all management events here${known && ` (${known})`}; create one with --is-multi-region-trail and start it, or name one with --trail`,
    );
  }
  if (others.length > 0) {
    const all = [only, ...others].map(({ name }) => name).join(', ');
    throw new CliError(`several trails would do, choose one with --trail: ${all}`);
  }
  return only;
}
