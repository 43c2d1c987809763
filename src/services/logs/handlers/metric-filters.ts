import type * as client from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../../aws/index.ts';
import {
  compileMetricFilter,
  FilterPatternError,
  type LogGroup,
  LogMessage,
  type MetricFilter,
  type MetricTransformation,
} from '../../../logs/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { invalid, notBuilt, unfit } from '../errors.ts';
import { checkFilterName, checkGroupName, within } from '../names.ts';
import { patternOf } from '../patterns.ts';
import { nameToken, readNameToken } from '../tokens.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MAX_FILTERS = 100;
const MAX_DIMENSIONS = 3;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Metric filters: definitions that are kept, and tried. */
export function metricFilterHandlers({ logs, now }: LogsDependencies): LogsHandlers {
  return {
    async PutMetricFilter(input, call) {
      const group = checkGroupName(input.logGroupName ?? '');
      const name = checkFilterName(input.filterName ?? '');
      if (input.applyOnTransformedLogs) throw notBuilt('applyOnTransformedLogs');
      if (input.fieldSelectionCriteria) throw notBuilt('fieldSelectionCriteria');
      if (input.emitSystemFieldDimensions?.length) throw notBuilt('emitSystemFieldDimensions');
      const pattern = input.filterPattern ?? '';
      const { kind } = patternOf(pattern);
      const transformations = checkTransformations(input.metricTransformations ?? [], kind);
      checkFields({ pattern, transformations });
      await logs.groups.update(call, group, (current) =>
        withFilter(current, { name, pattern, transformations, createdAt: now() }),
      );
      return {};
    },

    async DescribeMetricFilters(input: client.DescribeMetricFiltersCommandInput, call) {
      const { logGroupName, filterNamePrefix: prefix = '', metricName, metricNamespace } = input;
      const limit = within(input.limit, 'limit', 50, 50);
      if ((metricName === undefined) !== (metricNamespace === undefined))
        throw invalid('metricName and metricNamespace must be given together');
      const groups =
        logGroupName === undefined
          ? logs.groups.list(call, { limit: Number.POSITIVE_INFINITY })
          : [logs.groups.get(call, checkGroupName(logGroupName))];
      const after = readNameToken(input.nextToken);
      const found = groups
        .flatMap((group) =>
          group.metricFilters.map((filter) => ({ group, filter, key: `${group.name}:${filter.name}` })),
        )
        .filter(({ filter }) => filter.name.startsWith(prefix))
        .filter(
          ({ filter }) =>
            metricName === undefined ||
            filter.transformations.some(
              (one) => one.metricName === metricName && one.metricNamespace === metricNamespace,
            ),
        )
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .filter(({ key }) => after === undefined || key > after);
      const page = found.slice(0, limit);
      return {
        metricFilters: page.map(({ group, filter }) => shown(group, filter)),
        ...(found.length > limit && { nextToken: nameToken(page.at(-1)!.key) }),
      };
    },

    async DeleteMetricFilter({ logGroupName, filterName }, call) {
      const name = checkFilterName(filterName ?? '');
      await logs.groups.update(call, checkGroupName(logGroupName ?? ''), (group) => {
        const metricFilters = group.metricFilters.filter((filter) => filter.name !== name);
        if (metricFilters.length === group.metricFilters.length)
          throw new ServiceError('ResourceNotFoundException', 'The specified metric filter does not exist.');
        return { ...group, metricFilters };
      });
      return {};
    },

    async TestMetricFilter({ filterPattern = '', logEventMessages = [] }) {
      if (logEventMessages.length < 1 || logEventMessages.length > 50)
        throw unfit(
          `[${logEventMessages.length} messages]`,
          'logEventMessages',
          'Member must have length between 1 and 50',
        );
      const pattern = patternOf(filterPattern);
      const matches = logEventMessages.flatMap((text, index): client.MetricFilterMatchRecord[] => {
        const message = new LogMessage(text);
        if (!pattern.matches(message)) return [];
        return [
          {
            eventNumber: index + 1,
            eventMessage: text,
            extractedValues: Object.fromEntries(pattern.extract(message)),
          },
        ];
      });
      return { matches };
    },
  };
}

/** The fields of values and dimensions must be such that an event can have. */
function checkFields(filter: Pick<MetricFilter, 'pattern' | 'transformations'>): void {
  try {
    compileMetricFilter(filter);
  } catch (error) {
    if (error instanceof FilterPatternError) throw invalid(`Invalid metric transformation: ${error.message}`);
    throw error;
  }
}

function withFilter(group: LogGroup, filter: MetricFilter): LogGroup {
  const others = group.metricFilters.filter(({ name }) => name !== filter.name);
  if (others.length >= MAX_FILTERS)
    throw new ServiceError('LimitExceededException', 'Resource limit exceeded.');
  return { ...group, metricFilters: [...others, filter] };
}

function checkTransformations(
  given: readonly client.MetricTransformation[],
  kind: 'everything' | 'json' | 'columns' | 'terms',
): readonly MetricTransformation[] {
  if (given.length !== 1)
    throw unfit(
      `[${given.length} transformations]`,
      'metricTransformations',
      'Member must have length equal to 1',
    );
  return given.map(({ metricName, metricNamespace, metricValue, defaultValue, dimensions, unit }) => {
    const name = checkFilterName(metricName ?? '', 'metricTransformations.1.member.metricName');
    const namespace = checkFilterName(
      metricNamespace ?? '',
      'metricTransformations.1.member.metricNamespace',
    );
    const value = metricValue ?? '';
    if (!NUMBER.test(value) && !/^\$[^\s]{1,100}$/.test(value))
      throw invalid(
        'Invalid metric transformation: metricValue must be a number or a selector that begins with $',
      );
    const entries = Object.entries(dimensions ?? {});
    if (entries.length > MAX_DIMENSIONS)
      throw invalid(`Invalid metric transformation: at most ${MAX_DIMENSIONS} dimensions`);
    if (entries.length > 0 && defaultValue !== undefined)
      throw invalid(
        'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
      );
    if (entries.length > 0 && kind !== 'json' && kind !== 'columns')
      throw invalid('The specified filter pattern does not support dimensions');
    return {
      metricName: name,
      metricNamespace: namespace,
      metricValue: value,
      ...(defaultValue !== undefined && { defaultValue }),
      ...(entries.length > 0 && { dimensions: Object.fromEntries(entries) }),
      ...(unit !== undefined && { unit }),
    };
  });
}

function shown(
  group: LogGroup,
  { name, pattern, transformations, createdAt }: MetricFilter,
): client.MetricFilter {
  return {
    filterName: name,
    filterPattern: pattern,
    metricTransformations: transformations.map((one) => ({
      ...one,
      unit: one.unit as client.StandardUnit | undefined,
    })),
    creationTime: createdAt,
    logGroupName: group.name,
    applyOnTransformedLogs: false,
  };
}
