export { type Authenticated, type AuthenticateOptions, authenticate } from './authenticate.ts';
export {
  defineService,
  type Handlers,
  type InputOf,
  type OperationName,
  type OutputOf,
  operationsOf,
  type Permissions,
  type ServiceDefinition,
} from './define-service.ts';
export { anonymous } from './exchange.ts';
export { createFrontDoor, type FrontDoor } from './front-door.ts';
export {
  type CallContext,
  type CallReport,
  type FrontDoorDependencies,
  type Handler,
  type Operation,
  type Permission,
  type Protocol,
  type RecordShape,
  type RequestBody,
  type Service,
  ServiceError,
} from './service.ts';
