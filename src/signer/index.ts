export { type Credentials, type SignableRequest, signRequest } from './sign-request.ts';
