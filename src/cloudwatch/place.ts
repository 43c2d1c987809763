/** Whose metrics and alarms, and where: names are unique in there. */
export interface CloudWatchPlace {
  readonly account: string;
  readonly region: string;
}

/** The partition that a Region's ARNs name. */
export function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
