import type { InspectedObjects, ObjectProblem } from '../../objects/index.ts';
import { RESTORE_OBJECT, type Tell } from './finding.ts';

const REPAIRS: Readonly<Record<ObjectProblem['code'], string>> = {
  'data-file-missing': RESTORE_OBJECT,
  'data-file-size': RESTORE_OBJECT,
  'data-file-orphan': 'none needed: the next start removes it',
  'data-file-unprotected':
    'copy the object away before the next start: aws s3 cp from a copy of the data directory',
  'inline-bytes-missing': RESTORE_OBJECT,
  'object-bytes': RESTORE_OBJECT,
  'notices-count':
    'restore objects/ from a backup (opentrail restore); notifications may be lost or come twice',
  'object-size': RESTORE_OBJECT,
  'object-without-bucket': 'make the bucket again with its old name (aws s3 mb); the object shows up in it',
  'upload-without-bucket': 'make the bucket again and abort the upload (aws s3api abort-multipart-upload)',
};

/** Does every object have its bytes, and every data file its object? */
export async function checkObjects(objects: InspectedObjects, deep: boolean, tell: Tell): Promise<void> {
  for await (const { code, what, detail } of objects.problems(deep)) {
    tell({
      area: 'objects',
      code,
      severity: code === 'data-file-orphan' ? 'warning' : 'error',
      message: `${what}: ${detail}`,
      repair: REPAIRS[code],
    });
  }
}
