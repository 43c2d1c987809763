export { AddressRefused } from './address-guard.ts';
export {
  createSourceConnect,
  isAwsEndpoint,
  type SharedClientConfig,
  type SourceConnect,
} from './connect.ts';
export { CredentialsMissing } from './credentials.ts';
export { ProxyRefusal } from './proxy-connection.ts';
export type { ConnectLimits } from './request-handler.ts';
