/** What a call does to what it is about, judged by its name. */
export type Deed = 'create' | 'read' | 'update' | 'delete' | 'other';

/** First words of operations, in AWS's services. */
const FIRST_WORDS: Readonly<Record<Exclude<Deed, 'other'>, readonly string[]>> = {
  create: [
    ...[
      'Create',
      'Run',
      'Allocate',
      'Register',
      'Import',
      'Copy',
      'Upload',
      'Publish',
      'Provision',
      'Request',
    ],
    ...['Generate', 'Purchase', 'Issue', 'Clone', 'Initiate', 'Submit', 'Launch', 'Request'],
  ],
  read: [
    ...['Get', 'List', 'Describe', 'Lookup', 'Head', 'Search', 'Query', 'Scan', 'Select', 'View', 'Check'],
    ...[
      'BatchGet',
      'BatchDescribe',
      'Download',
      'Filter',
      'Preview',
      'Simulate',
      'Test',
      'Validate',
      'Verify',
    ],
    ...['Read', 'Discover', 'Detect', 'Estimate', 'Receive', 'Decrypt', 'Retrieve'],
  ],
  update: [
    ...['Put', 'Update', 'Modify', 'Set', 'Change', 'Attach', 'Associate', 'Add', 'Tag', 'Enable', 'Disable'],
    ...['Start', 'Stop', 'Reboot', 'Reset', 'Replace', 'Restore', 'Rotate', 'Assign', 'Authorize', 'Apply'],
    ...['Detach', 'Disassociate', 'Remove', 'Untag', 'Revoke', 'Unassign', 'Edit', 'Grant', 'Accept', 'Move'],
    ...['Merge', 'Activate', 'Deactivate', 'Resume', 'Suspend', 'Upgrade', 'Transfer', 'Complete'],
  ],
  delete: [
    ...['Delete', 'Terminate', 'Deregister', 'Release', 'Purge', 'Destroy', 'Abort', 'Cancel', 'Expire'],
    ...['BatchDelete', 'ScheduleKeyDeletion', 'Retire'],
  ],
};

const DEEDS: ReadonlyMap<string, Deed> = new Map(
  Object.entries(FIRST_WORDS).flatMap(([deed, words]) => words.map((word) => [word, deed as Deed] as const)),
);
const MAX_REMEMBERED = 4096;
const remembered = new Map<string, Deed>();

/** Judges an operation by its name; where the name says nothing, `readOnly` may. */
export function deedOf(eventName: string, readOnly: unknown): Deed {
  const known = remembered.get(eventName) ?? judge(eventName);
  if (known !== 'other') return known;
  return readOnly === true || readOnly === 'true' || readOnly === 'True' ? 'read' : 'other';
}

function judge(eventName: string): Deed {
  const deed = DEEDS.get(eventName) ?? byWords(eventName);
  // Senders make up names; only so many are remembered.
  if (remembered.size < MAX_REMEMBERED && eventName.length <= 128) remembered.set(eventName, deed);
  return deed;
}

function byWords(eventName: string): Deed {
  const words = eventName.slice(0, 128).match(/^[A-Z][a-z0-9]*|[A-Z][a-z0-9]*/g) ?? [];
  const [first = '', second = ''] = words;
  return DEEDS.get(first + second) ?? DEEDS.get(first) ?? 'other';
}
