// What a composition root needs: parse, compile, plan, run.
export { isPipelineDeclaration } from './define/define-pipeline.ts';
