// `npm start [-- FLAGS]`: makes the checkout ready, then serves. Flags go to `opentrail serve`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, setUp } from './set-up.js';

setUp();

// The same process goes on as the server: signals and the exit code need no forwarding.
const command = join(root, 'bin', 'opentrail.js');
process.argv = [process.argv[0], command, 'serve', ...process.argv.slice(2)];
await import(pathToFileURL(command).href);
