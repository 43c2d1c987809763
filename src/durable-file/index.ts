export { syncFolder, writeFileDurably } from './durable-file.ts';
