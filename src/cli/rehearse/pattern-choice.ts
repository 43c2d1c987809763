import { paginateDescribeMetricFilters } from '@aws-sdk/client-cloudwatch-logs';
import { compileMetricFilter, FilterPatternError } from '../../logs/index.ts';
import { ask } from '../ask.ts';
import type { CisClients } from '../cis/clients.ts';
import { CIS_CONTROLS } from '../cis/controls.ts';
import { CliError } from '../context.ts';

/** A metric filter to rehearse. */
export interface ChosenFilter {
  /** For people. */
  readonly name: string;
  readonly pattern: string;
  /** A number or a field: what a matching event counts. */
  readonly value: string;
  /** What a minute counts that has events, and none that matches. */
  readonly defaultValue?: number;
}

/** Ways to name a filter; exactly one of the first three. */
export interface FilterChoice {
  readonly pattern?: string;
  readonly cis?: string;
  readonly filter?: string;
  readonly logGroup?: string;
  readonly value?: string;
}

/** The filter that the options mean; `clients` is called only where the server must be asked. @throws CliError */
export async function chooseFilter(choice: FilterChoice, clients: () => CisClients): Promise<ChosenFilter> {
  const { pattern, cis, filter, value = '1' } = choice;
  if ([pattern, cis, filter].filter((one) => one !== undefined).length !== 1)
    throw new CliError('name one of --pattern, --cis, --filter', { exitCode: 2 });
  if (pattern !== undefined) return { name: pattern, pattern, value };
  if (cis !== undefined) {
    const control = CIS_CONTROLS.find(({ number, name }) => number === cis || name === cis);
    if (!control)
      throw new CliError(`there is no CIS control ${cis}; 4.1 to 4.15 are known`, { exitCode: 2 });
    return { name: `${control.number} ${control.name}`, pattern: control.pattern, value };
  }
  const { filters } = await findFilters(clients(), {
    ...(choice.logGroup !== undefined && { logGroupName: choice.logGroup, filterNamePrefix: filter }),
  });
  const named = filters.filter(({ name }) => name === filter);
  const [only] = named;
  if (!only || named.length > 1)
    throw new CliError(
      only
        ? `several log groups have a filter ${filter}; choose with --log-group`
        : `there is no filter ${filter}`,
    );
  return only;
}

/** The filters that a question finds, one for each of their metrics. @throws CliError */
export async function findFilters(
  { logs }: CisClients,
  question: {
    readonly logGroupName?: string;
    readonly filterNamePrefix?: string | undefined;
    readonly metricName?: string;
    readonly metricNamespace?: string;
  },
): Promise<{ readonly filters: readonly ChosenFilter[] }> {
  const filters: ChosenFilter[] = [];
  const read = async () => {
    for await (const page of paginateDescribeMetricFilters({ client: logs }, question)) {
      for (const { filterName = '', filterPattern = '', metricTransformations = [] } of page.metricFilters ??
        [])
        for (const { metricValue = '1', defaultValue } of metricTransformations)
          filters.push({
            ...{ name: filterName, pattern: filterPattern, value: metricValue },
            ...(defaultValue !== undefined && { defaultValue }),
          });
    }
  };
  await ask('DescribeMetricFilters', read());
  return { filters };
}

/** @throws CliError in the words of PutMetricFilter. */
export function compileChosen({ pattern, value }: ChosenFilter): ReturnType<typeof compileMetricFilter> {
  try {
    return compileMetricFilter({
      pattern,
      transformations: [{ metricName: 'rehearsal', metricNamespace: 'rehearsal', metricValue: value }],
    });
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    throw new CliError(`the pattern cannot be read: ${error.message}`, { exitCode: 2, cause: error });
  }
}
