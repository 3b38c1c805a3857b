import { startCopying } from './copy.ts';
import { startExpanding } from './expand.ts';
import { startNavigation } from './navigation.ts';
import { startPackageManagers } from './package-manager.ts';
import { startRunning } from './run/buttons.ts';
import { startStream } from './stream/start.ts';

startNavigation();
startPackageManagers();
startCopying();
startExpanding();
startRunning();
startStream();
