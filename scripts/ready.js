// Makes the checkout ready (dependencies, build, command) and does nothing else.
import { setUp } from './set-up.js';

setUp();
