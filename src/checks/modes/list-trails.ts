import type { Discovered } from '../output/report.ts';
import type { TrailDescription } from '../source/trail-source.ts';
import type { Mode, ModeContext } from './mode.ts';
import { filterByName } from './trails-to-check.ts';

/** The attributes of a trail in a discovery, and where they come from. */
const ATTRIBUTES: readonly (readonly [string, (trail: TrailDescription) => unknown])[] = [
  ['name', ({ Name }) => Name],
  ['arn', ({ TrailARN }) => TrailARN],
  ['region', ({ HomeRegion }) => HomeRegion],
  ['bucket', ({ S3BucketName }) => S3BucketName],
  ['topic', ({ SnsTopicARN }) => SnsTopicARN],
  ['log_group', ({ CloudWatchLogsLogGroupArn }) => CloudWatchLogsLogGroupArn],
  ['multi_region', ({ IsMultiRegionTrail }) => IsMultiRegionTrail],
  ['organization', ({ IsOrganizationTrail }) => IsOrganizationTrail],
  ['validation', ({ LogFileValidationEnabled }) => LogFileValidationEnabled],
];

/** Lists the trails of the Region; a discovery makes a service of each. */
export const listTrails: Mode = {
  name: 'list-trails',
  introduction: 'List the trails of the Region.',
  options: [{ name: 'filter-name', kind: 'value', text: 'Keep trails whose name matches the regexp.' }],
  isList: true,
  async run(context) {
    context.report.say('OK', 'List trails:');
    for (const trail of await find(context)) {
      context.report.detail([...trail].map(([name, value]) => `[${name} = ${value}]`).join(''));
    }
  },
  discovery: { attributes: ATTRIBUTES.map(([name]) => name), find },
};

async function find({ options, source }: ModeContext): Promise<readonly Discovered[]> {
  const trails = filterByName(await (await source()).trails(), options.text('filter-name'));
  return trails.map((trail) => new Map(ATTRIBUTES.map(([name, read]) => [name, show(read(trail))] as const)));
}

function show(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' ? value : '';
}
