export { type RunningServer, serve } from './serve.ts';
export { StartError } from './start-error.ts';
