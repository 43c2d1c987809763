// `npm run build`: dependencies if they are missing, then dist, whatever its age.
import { build } from './compile.js';
import { installIfNeeded, linkCommand, root } from './set-up.js';

installIfNeeded();
build(root);
linkCommand();
