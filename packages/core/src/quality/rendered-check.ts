import type { CheckDefinition } from '../define/pipeline-schema.ts';
import type { RenderedSql } from '../sql/text.ts';

/** A check whose parts that need the translator or other datasets are rendered already: its condition, or its query. */
export type RenderedCheck = CheckDefinition & { readonly rendered?: RenderedSql };
