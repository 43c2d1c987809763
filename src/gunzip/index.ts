export { gunzipWhole, type Room } from './gunzip-whole.ts';
