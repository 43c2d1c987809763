/** The forms that a record can be shown in, beside the record itself. */
export const VIEWS = ['flat', 'ecs', 'ocsf'] as const;
export type ViewName = (typeof VIEWS)[number];
