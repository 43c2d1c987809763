export { listedKey, objectPath } from './object-path.ts';
export { type Credentials, type SignableRequest, signRequest } from './sign-request.ts';
