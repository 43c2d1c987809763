export { createRemoteTrailKeys } from './remote-trail-keys.ts';
