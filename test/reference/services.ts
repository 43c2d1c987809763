import type { Service } from '../../src/aws/index.ts';
import { createCloudTrailService } from '../../src/services/cloudtrail/index.ts';
import { createCloudWatchService } from '../../src/services/cloudwatch/index.ts';
import { createEventsService } from '../../src/services/events/index.ts';
import { createIamService } from '../../src/services/iam/index.ts';
import { createLogsService } from '../../src/services/logs/index.ts';
import { createS3Service } from '../../src/services/s3/index.ts';
import { createSnsService } from '../../src/services/sns/index.ts';
import { createSqsService } from '../../src/services/sqs/index.ts';
import { createStsService } from '../../src/services/sts/index.ts';

/** The rooms behind a service; nothing is called, only the tables are read. */
const rooms = new Proxy(Object.freeze({}), { get: () => rooms }) as never;

/** The served services as `server` puts them together, for their tables of operations and errors. */
export const services: readonly Service[] = [
  createCloudTrailService(rooms),
  createS3Service(rooms),
  createSnsService(rooms),
  createStsService(rooms),
  createIamService(rooms),
  createLogsService(rooms),
  createEventsService(rooms),
  createCloudWatchService(rooms),
  createSqsService(rooms),
];
