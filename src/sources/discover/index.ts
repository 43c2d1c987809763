export { discover } from './discover.ts';
export type { Discovered, DiscoveredOrganization, DiscoveredTrail, Discovery, Skipped } from './discovery.ts';
