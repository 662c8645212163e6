/** Stands for the run's logical date in compiled SQL; the planner puts the date in. */
export const LOGICAL_DATE_SLOT = '{{logical_date}}';
