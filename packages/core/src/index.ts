export { definePipeline, isPipelineDeclaration } from './define/define-pipeline.ts';
export type { PipelineDeclaration } from './define/pipeline-schema.ts';
