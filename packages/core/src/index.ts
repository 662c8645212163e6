export { definePipeline, isPipelineDeclaration } from './define/define-pipeline.ts';
export { defineTests, type ModelTest, type TestRow, type TestValue } from './define/define-tests.ts';
export type { PipelineDeclaration } from './define/pipeline-schema.ts';
